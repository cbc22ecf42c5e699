/**
 * Shortens a JSON text that is too long, so that it stays valid JSON: programs parse captured messages, and half a JSON text cannot be parsed.
 *
 * Its longest texts are cut to one length, each with the number of missing characters. If that is not enough, items in the middle of its longest list are
 * omitted: the first and the last ones matter most; then items of the lists inside. Secrets are hidden once, and only in what is left. Lengths are computed, not tried.
 */
import { ItemBudget, thinnedData } from "./itemBudget.js"
import { itemsBy, noRules, propertiesBy, setOwn, type ValueRules } from "./named.js"
import { cutAgain } from "./text.js"

/** Longer texts are not parsed. */
const longest = 1_048_576

/** Texts are not cut shorter than this to make room. */
const least = 64

/** The most characters that the mark of a cut takes, with quotation marks. */
const markLength = 24

/** Keys are cut to this. */
const keyLength = 256

/** The shortest a long text can become. */
const leastText = least + markLength

/** The list to leave items out of: the value itself or one of its properties. */
interface List {
  readonly key: string | undefined
  /** Number of items, including those left out. */
  readonly length: number
}

/** At most `max` characters of JSON; `undefined` if the text is not a JSON object, list or text, or cannot be shortened enough. */
export const shortenJson = (json: string, max: number, rules: ValueRules): string | undefined => {
  if (max < least || json.length > longest || !mayBeJson(json)) {
    return undefined
  }
  try {
    const value: unknown = JSON.parse(json)
    for (const items of [Infinity, ...fewerInside]) {
      const text = shortened(items === Infinity ? value : thinnedInside(value, items), max, rules)
      if (text !== undefined) {
        return text
      }
    }
  } catch {
    // It is no JSON.
  }
  return undefined
}

const shortened = (value: unknown, max: number, rules: ValueRules): string | undefined => {
  const list = longestList(value)
  const fewer = thinned(value, list, max, rules)
  const safe = fewer && thinned(withoutSecrets(fewer, roomOfTexts(fewer, max), rules), list, max, rules)
  const text = safe && JSON.stringify(withTextsCut(safe, roomOfTexts(safe, max)))
  return text !== undefined && text.length <= max ? text : undefined
}

/** How many items lists may have together inside each item of the value, where it is not enough to leave out items of the longest list. */
const fewerInside = [400, 100, 40, 16]

const thinnedInside = (value: unknown, items: number): unknown =>
  Array.isArray(value)
    ? value.map((item) => thinnedData(item, new ItemBudget(items)))
    : thinnedData(value, new ItemBudget(items))

const mayBeJson = (text: string): boolean => {
  const first = text.trimStart()[0]
  const last = text.trimEnd().at(-1)
  return (first === "{" && last === "}") || (first === "[" && last === "]") || (first === "\"" && last === "\"")
}

const longestList = (value: unknown): List | undefined =>
  Array.isArray(value)
    ? { key: undefined, length: value.length }
    : typeof value === "string"
    ? undefined
    : Object.entries(value as object)
      .filter((entry): entry is [string, ReadonlyArray<unknown>] => Array.isArray(entry[1]))
      .reduce<List | undefined>(
        (most, [key, { length }]) => length > (most?.length ?? 2) ? { key, length } : most,
        undefined
      )

/** The value itself if cutting its texts is enough, otherwise a copy with fewer items. */
const thinned = (
  value: unknown,
  list: List | undefined,
  max: number,
  rules: ValueRules
): object | string | undefined => {
  if (leastLeft(value, max) >= 0) {
    return value as object | string
  }
  const items = list?.key === undefined ? value : (value as Record<string, unknown>)[list.key]
  if (list === undefined || !Array.isArray(items)) {
    return undefined
  }
  const withItems = (some: ReadonlyArray<unknown>) =>
    list.key === undefined ? some : { ...value as object, [list.key]: some }
  const last = fittingAtEnd(items, leastLeft(withItems(items.slice(0, 1)), max - markLength))
  return last < 1
    ? undefined
    : withItems([items[0], `…[+${list.length - 1 - last} items]`, ...lastItems(items, last, rules)])
}

/** How many items at the end fit. The first item always stays, and at least the second one is omitted. */
const fittingAtEnd = (items: ReadonlyArray<unknown>, room: number): number => {
  let count = 0
  for (let left = room; count < items.length - 2; count++) {
    left = leastLeft(items[items.length - 1 - count], left - 1)
    if (left < 0) {
      break
    }
  }
  return count
}

/** An item after a flag is judged by the flag, even if the flag itself is omitted. */
const lastItems = (items: ReadonlyArray<unknown>, count: number, rules: ValueRules): ReadonlyArray<unknown> =>
  items.slice(-count - 1).map(itemsBy(rules, false)).slice(1)

/** The room that remains after writing a value as JSON; negative if it does not fit. Stops as soon as it does not. */
const left = (value: unknown, room: number, ofText: (text: string) => number): number => {
  if (typeof value === "string") {
    return room - ofText(value)
  }
  if (typeof value !== "object" || value === null) {
    return room - String(value).length
  }
  let rest = room - 2
  for (const [key, item] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    if (rest < 0) {
      break
    }
    rest = left(item, rest - (typeof key === "number" ? 1 : JSON.stringify(key).length + 2), ofText)
  }
  return rest
}

/** The same with every long text cut as short as possible. */
const leastLeft = (value: unknown, room: number): number =>
  left(value, room, (text) => text.length >= leastText ? leastText : Math.min(leastText, JSON.stringify(text).length))

/** How long each text may be, mark included, so that everything fits. Shorter texts stay whole. */
const roomOfTexts = (value: unknown, max: number): number => {
  const lengths: Array<number> = []
  let room = left(value, max, (text) => {
    lengths.push(JSON.stringify(text).length)
    return 0
  })
  lengths.sort((one, other) => one - other)
  for (const [index, length] of lengths.entries()) {
    const each = Math.floor(room / (lengths.length - index))
    if (length > each) {
      return Math.max(each, leastText)
    }
    room -= length
  }
  return max
}

/** A copy of parsed JSON with other texts, and without what the rules hide because of its key. */
const copyOf = (value: unknown, ofText: (text: string) => string, rules: ValueRules, isInList = false): unknown => {
  if (typeof value === "string") {
    return ofText(value)
  }
  if (typeof value !== "object" || value === null) {
    return value
  }
  if (Array.isArray(value)) {
    const judged = itemsBy(rules, isInList && value.length === 2)
    return value.map((item) => copyOf(judged(item), ofText, rules, true))
  }
  const copy: Record<string, unknown> = {}
  const judged = propertiesBy(rules)
  for (const [key, item] of Object.entries(value)) {
    setOwn(copy, rules.text(key, keyLength), copyOf(judged(key, item), ofText, rules))
  }
  return copy
}

/** A copy without secrets, its texts cut to about their room. */
const withoutSecrets = (value: unknown, room: number, rules: ValueRules): unknown =>
  copyOf(value, (text) => rules.text(text, room), rules)

/** A copy in which no text takes more than its room when written. */
const withTextsCut = (value: unknown, room: number): unknown =>
  copyOf(
    value,
    (text) => JSON.stringify(text).length <= room ? text : cutAgain(text, (given) => fitting(given, room - markLength)),
    noRules
  )

/** How many characters of a text fit into the room when written as JSON. */
const fitting = (text: string, room: number): number => {
  let left = room
  for (let at = 0; at < text.length; at++) {
    left -= widthOf(text.charCodeAt(at))
    if (left < 0) {
      return at
    }
  }
  return text.length
}

/** Characters with a short escape take two characters, other control characters six. */
const widthOf = (code: number): number =>
  code === 34 || code === 92 ? 2 : code >= 32 ? 1 : code >= 8 && code <= 13 && code !== 11 ? 2 : 6
