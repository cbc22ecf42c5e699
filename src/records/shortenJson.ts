/**
 * Shortens JSON that is too long, so that it stays valid: programs parse captured messages, and half a JSON text cannot be parsed.
 *
 * The longest strings are cut to the same length, each with the number of missing characters. If that is not enough, items are omitted from the
 * middle of the longest list, because the first and last ones matter most, and then from nested lists. Secrets are hidden once, only in what is left.
 * Lengths are computed, not found by trial and error.
 */
import { ItemBudget, thinnedData } from "./itemBudget.js"
import { noRules, redactItemsBy, redactPropertiesBy, setOwn, type ValueRules } from "./named.js"
import { cutAgain } from "./text.js"

/** Longer JSON is not parsed. */
const longest = 1_048_576

/** Strings are not cut shorter than this. */
const least = 64

/** The longest marker of a cut, including quotation marks. */
const markLength = 24

/** Keys are cut to this length. */
const keyLength = 256

/** The shortest that a long string can become. */
const leastText = least + markLength

/** The list from which items are omitted: the value itself or one of its properties. */
interface List {
  readonly key: string | undefined
  /** The number of items, including omitted ones. */
  readonly length: number
}

/** At most `max` characters of JSON; `undefined` if the text is not a JSON object, array or string, or cannot be shortened enough. */
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
    // Not JSON.
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

/** If omitting items of the longest list is not enough: how many items all lists inside one item of the value may have in total. Tried in order. */
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

/** The value itself if cutting its strings is enough, otherwise a copy with fewer items. */
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

/** How many items at the end fit. The first item always stays, and at least the second is omitted. */
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

/** A flag decides whether the item after it is a secret, even if the flag itself is omitted. */
const lastItems = (items: ReadonlyArray<unknown>, count: number, rules: ValueRules): ReadonlyArray<unknown> =>
  items.slice(-count - 1).map(redactItemsBy(rules, false)).slice(1)

/** The room left after writing a value as JSON. Stops and returns a negative number as soon as the value does not fit. */
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

/** The same with every long string cut as short as possible. */
const leastLeft = (value: unknown, room: number): number =>
  left(value, room, (text) => text.length >= leastText ? leastText : Math.min(leastText, JSON.stringify(text).length))

/** How long each string may be, including its marker, so that everything fits. Shorter strings stay whole. */
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

/** A copy of parsed JSON with its strings replaced, and without values that the rules hide by key. */
const copyOf = (value: unknown, ofText: (text: string) => string, rules: ValueRules, isInList = false): unknown => {
  if (typeof value === "string") {
    return ofText(value)
  }
  if (typeof value !== "object" || value === null) {
    return value
  }
  if (Array.isArray(value)) {
    const redact = redactItemsBy(rules, isInList && value.length === 2)
    return value.map((item) => copyOf(redact(item), ofText, rules, true))
  }
  const copy: Record<string, unknown> = {}
  const redact = redactPropertiesBy(rules)
  for (const [key, item] of Object.entries(value)) {
    setOwn(copy, rules.text(key, keyLength), copyOf(redact(key, item), ofText, rules))
  }
  return copy
}

/** A copy without secrets, with strings cut to approximately `room` characters. */
const withoutSecrets = (value: unknown, room: number, rules: ValueRules): unknown =>
  copyOf(value, (text) => rules.text(text, room), rules)

/** A copy in which no string takes more than `room` characters of JSON. */
const withTextsCut = (value: unknown, room: number): unknown =>
  copyOf(
    value,
    (text) => JSON.stringify(text).length <= room ? text : cutAgain(text, (given) => fitting(given, room - markLength)),
    noRules
  )

/** How many characters of a string fit into `room` characters of JSON. */
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

/** The length of a character in JSON: two with a short escape, six for other control characters. */
const widthOf = (code: number): number =>
  code === 34 || code === 92 ? 2 : code >= 32 ? 1 : code >= 8 && code <= 13 && code !== 11 ? 2 : 6
