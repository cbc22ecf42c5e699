/**
 * Formats values for messages: on one line, exact, and quoted if a string could be mistaken for a number or a word of the message.
 */
import type { AttributeValue } from "../../records/attributes.js"
import { escapeName, escapeText } from "../../records/terminal/escape.js"
import { isList, isRecord } from "../compare/values.js"
import type { ValueExpectation } from "../SpanExpectation.js"
import { ValueMatcher } from "../ValueMatcher.js"

/** A string, quoted unless it clearly is a string. */
export const quoted = (text: string): string => isPlain(text) && escapeText(text) === text ? text : inQuotes(text)

/** A string quoted as in JSON, with invisible characters escaped. */
export const inQuotes = (text: string): string => escapeText(JSON.stringify(text))

/** Whether a string consists of letters and characters of ids and paths, and is neither a number nor a word for a value. */
const isPlain = (text: string): boolean =>
  /^[\p{L}\p{N}_./@:+#%-][^\s,="\\[\](){}<>…]*$/u.test(text) && Number.isNaN(Number(text)) &&
  !/^(true|false|null|undefined|nothing|NaN)$/.test(text)

/** A name, quoted if it is empty or could be mistaken for a pattern. */
export const nameText = (name: string | RegExp): string =>
  name instanceof RegExp
    ? escapeText(String(name))
    : /^[/<#]/.test(name) || name === ""
    ? inQuotes(name)
    : escapeName(name)

/** A recorded or expected value. Matchers are described in angle brackets. */
export const valueText = (value: ValueExpectation | null | undefined): string =>
  value === undefined ? "nothing" : typeof value === "string" ? quoted(value) : nestedText(value)

/** Deeper values are not shown: messages shorten longer text anyway. */
const deepest = 200

/** The same inside an array or an object, where every string is quoted. */
const nestedText = (value: ValueExpectation | null, level = 0): string => {
  if (level > deepest) {
    return "…"
  }
  if (value instanceof ValueMatcher) {
    return escapeText(`<${value.description}>`)
  }
  if (value instanceof RegExp) {
    return escapeText(`<matching ${value}>`)
  }
  if (typeof value === "function") {
    return escapeText(`<${shortened(String(value).replace(/\s+/g, " "), 80)}>`)
  }
  if (isList<ValueExpectation>(value)) {
    return `[${value.map((each) => nestedText(each, level + 1)).join(", ")}]`
  }
  return isRecord<ValueExpectation>(value)
    ? `{${Object.keys(value).map((key) => `${quoted(key)}: ${nestedText(value[key]!, level + 1)}`).join(", ")}}`
    : typeof value === "string"
    ? inQuotes(value)
    : String(value)
}

/** Shortens a string to at most `most` UTF-16 code units, the last one `…`, without splitting a character. */
export const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "")}…`

/** Shortens two long strings so that the first difference is visible. */
export const shortenedAlike = (a: string, b: string, most: number): readonly [string, string] => {
  if (a.length <= most && b.length <= most) {
    return [a, b]
  }
  let same = 0
  while (same < a.length && a[same] === b[same]) {
    same++
  }
  const from = Math.max(0, same - Math.floor(most / 4))
  const window = (text: string) =>
    shortened(from === 0 ? text : `…${text.slice(from).replace(/^[\udc00-\udfff]/, "")}`, most)
  return [window(a), window(b)]
}

/** Applies a function to all strings in a recorded value. */
export const mapTexts = (value: AttributeValue, text: (value: string) => string): AttributeValue =>
  typeof value === "string"
    ? text(value)
    : isList<AttributeValue>(value)
    ? value.map((each) => mapTexts(each, text))
    : isRecord<AttributeValue>(value)
    ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTexts(each, text)]))
    : value
