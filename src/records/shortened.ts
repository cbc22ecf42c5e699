/**
 * A JSON text that is too long, made short so that it is one still: machines read what was said to a model, and half of a JSON text says nothing to them.
 *
 * Its longest texts are cut to one length, each saying how much is missing. Where that is not enough, items in the middle of its longest list are left out:
 * the first and the last ones say most. Secrets are hidden once, and only in what is left. Lengths are computed, not tried.
 */
import { itemsBy, propertiesBy } from "./named.js"
import { setOwn } from "./setOwn.js"
import { cutAgain } from "./text.js"
import type { ValueRules } from "./ValueRules.js"

/** Longer texts are not looked into. */
const longest = 1_048_576

/** Texts are not cut shorter than this to make room. */
const least = 64

/** Characters that the mark of a cut needs at most, with quotation marks. */
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

/** At most `max` characters of JSON; `undefined` where the text is no JSON object or list, or nothing of it that would help can be left out. */
export const shortened = (json: string, max: number, rules: ValueRules): string | undefined => {
  if (max < least || json.length > longest || !mayBeJson(json)) {
    return undefined
  }
  try {
    const value: unknown = JSON.parse(json)
    const list = longestList(value)
    const fewer = thinned(value, list, max, rules)
    const safe = fewer && thinned(withoutSecrets(fewer, roomOfTexts(fewer, max), rules), list, max, rules)
    const text = safe && JSON.stringify(withTextsCut(safe, roomOfTexts(safe, max)))
    return text !== undefined && text.length <= max ? text : undefined
  } catch {
    return undefined
  }
}

const mayBeJson = (text: string): boolean => {
  const first = text.trimStart()[0]
  const last = text.trimEnd().at(-1)
  return (first === "{" && last === "}") || (first === "[" && last === "]")
}

const longestList = (value: unknown): List | undefined =>
  Array.isArray(value)
    ? { key: undefined, length: value.length }
    : Object.entries(value as object)
      .filter((entry): entry is [string, ReadonlyArray<unknown>] => Array.isArray(entry[1]))
      .reduce<List | undefined>(
        (most, [key, { length }]) => length > (most?.length ?? 2) ? { key, length } : most,
        undefined
      )

/** The value itself if cutting its texts is enough, else a copy with fewer items. */
const thinned = (value: unknown, list: List | undefined, max: number, rules: ValueRules): object | undefined => {
  if (leastLeft(value, max) >= 0) {
    return value as object
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

/** How many items at the end fit into the room. The first item always stays, and at least the second one is left out. */
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

/** An item after a flag is judged by the flag, even if the flag itself is left out. */
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

/** How long each text may be, mark included, so that everything fits. Only texts that have to be are cut. */
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

/** A copy without secrets, its texts cut to about their room. */
const withoutSecrets = (value: unknown, room: number, rules: ValueRules, isInList = false): unknown => {
  if (typeof value === "string") {
    return rules.text(value, room)
  }
  if (Array.isArray(value)) {
    const judged = itemsBy(rules, isInList && value.length === 2)
    return value.map((item) => withoutSecrets(judged(item), room, rules, true))
  }
  if (typeof value === "object" && value !== null) {
    const copy: Record<string, unknown> = {}
    const judged = propertiesBy(rules)
    for (const [key, item] of Object.entries(value)) {
      setOwn(copy, rules.text(key, keyLength), withoutSecrets(judged(key, item), room, rules))
    }
    return copy
  }
  return value
}

/** A copy in which no text takes more than its room when written. */
const withTextsCut = (value: unknown, room: number): unknown => {
  if (typeof value === "string") {
    return JSON.stringify(value).length <= room ? value : cutAgain(value, (text) => fitting(text, room - markLength))
  }
  if (Array.isArray(value)) {
    return value.map((item) => withTextsCut(item, room))
  }
  if (typeof value === "object" && value !== null) {
    const copy: Record<string, unknown> = {}
    for (const [key, item] of Object.entries(value)) {
      setOwn(copy, key, withTextsCut(item, room))
    }
    return copy
  }
  return value
}

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
