/**
 * Limits how much of large data is kept: a record has room for a few kilobytes, so most of a million rows need not be read. The first and the last
 * items stay.
 *
 * The trap: a flag such as `--token` decides whether the string after it is a secret. If the item before the kept last items is a string, it could be
 * a flag, so only the first items stay.
 */
import { restOf } from "./text.js"

/** Lists with up to this many items, and objects with up to this many keys, stay whole. */
const shortList = 4
const smallObject = 16

/** The items left for one value. Each list takes at most a quarter of what is left, so that no list uses up the whole budget. */
export class ItemBudget {
  /** `left` is approximately how many items its lists and objects may have in total. */
  constructor(private left: number) {}

  /** The list; if it is too long, with a marker in place of the omitted items. */
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

  /** The properties of an object; if there are too many, without the last ones. */
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

/** A copy of plain data without the items that exceed the budget. */
export const thinnedData = (value: unknown, budget: ItemBudget): unknown =>
  typeof value !== "object" || value === null
    ? value
    : Array.isArray(value)
    ? budget.list(value).map((item) => thinnedData(item, budget))
    : Object.fromEntries(budget.entries(value).map(([key, item]) => [key, thinnedData(item, budget)]))
