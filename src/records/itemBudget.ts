/**
 * How much is kept of large data: a record has room for a few kilobytes, and most of a million rows need not be read. The first and the last items stay.
 *
 * The trap: a text after a flag, such as `--token`, is judged by the flag. Where the item before the last ones is a text, only the first ones stay.
 */
import { restOf } from "./text.js"

/** Lists of that many items and objects of that many keys stay whole. */
const shortList = 4
const smallObject = 16

/** The items left for one value. Each list takes at most a quarter of what is left, so that none takes the place of all after it. */
export class ItemBudget {
  /** `left` is how many items its lists and objects may have together, about. */
  constructor(private left: number) {}

  /** A list with a mark in place of its middle, if it is too long. */
  list(items: ReadonlyArray<unknown>): ReadonlyArray<unknown> {
    const kept = this.take(items.length, shortList)
    if (kept === items.length) {
      return items
    }
    const rest = items.length - kept
    const first = Math.ceil(kept / 2)
    const isJudged = typeof items[first + rest - 1] === "string"
    return isJudged
      ? [...items.slice(0, kept), restOf(rest, "items", () => items[kept])]
      : [...items.slice(0, first), restOf(rest, "items", () => items[first]), ...items.slice(first + rest)]
  }

  /** The properties of an object, without the last ones if there are too many. */
  entries(value: object): ReadonlyArray<readonly [string, unknown]> {
    const keys = Object.keys(value)
    const kept = this.take(keys.length, smallObject)
    const entries = keys.slice(0, kept).map((key) =>
      [key, (value as { readonly [key: string]: unknown })[key]] as const
    )
    return kept === keys.length ? entries : [...entries, ["…", `[+${keys.length - kept} keys]`]]
  }

  private take(length: number, whole: number): number {
    const kept = Math.min(length, Math.max(whole, Math.floor(this.left / 4)))
    this.left = Math.max(0, this.left - kept)
    return kept
  }
}

/** Plain data without what is beyond the budget. */
export const thinnedData = (value: unknown, budget: ItemBudget): unknown =>
  typeof value !== "object" || value === null
    ? value
    : Array.isArray(value)
    ? budget.list(value).map((item) => thinnedData(item, budget))
    : Object.fromEntries(budget.entries(value).map(([key, item]) => [key, thinnedData(item, budget)]))
