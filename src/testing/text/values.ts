/**
 * Values as a test's message shows them: in one line, exact, and so that a text is never taken for a number or for words of the message.
 */
import type { AttributeValue } from "../../records/attributes.js"
import { escapeName, escapeText } from "../../records/terminal/escape.js"
import { isList, isRecord } from "../compare/values.js"
import type { ValueExpectation } from "../SpanExpectation.js"
import { ValueMatcher } from "../ValueMatcher.js"

/** A text, in quotes unless it can only be read as a text. */
export const quoted = (text: string): string => isPlain(text) && escapeText(text) === text ? text : inQuotes(text)

/** A text in quotes, as in JSON, with what is not visible written as an escape. */
export const inQuotes = (text: string): string => escapeText(JSON.stringify(text))

/** Letters and what ids and paths are made of; a number or a word of JSON would read as one. */
const isPlain = (text: string): boolean =>
  /^[\p{L}\p{N}_./@:+#%-][^\s,="\\[\](){}<>…]*$/u.test(text) && Number.isNaN(Number(text)) &&
  !/^(true|false|null|undefined|nothing)$/.test(text)

/** A name: in quotes where its end could not be seen, or where it could be taken for a pattern. */
export const nameText = (name: string | RegExp): string =>
  name instanceof RegExp
    ? escapeText(String(name))
    : /^[/<#]/.test(name) || name === ""
    ? inQuotes(name)
    : escapeName(name)

/** A recorded or expected value. A matcher stands in angle brackets, in words. */
export const valueText = (value: ValueExpectation | null | undefined): string =>
  value === undefined ? "nothing" : typeof value === "string" ? quoted(value) : nestedText(value)

/** The same inside an array or an object, where every text is in quotes. */
const nestedText = (value: ValueExpectation | null): string => {
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
    return `[${value.map(nestedText).join(", ")}]`
  }
  return isRecord<ValueExpectation>(value)
    ? `{${Object.keys(value).map((key) => `${quoted(key)}: ${nestedText(value[key]!)}`).join(", ")}}`
    : typeof value === "string"
    ? inQuotes(value)
    : String(value)
}

/** At most so many characters (UTF-16 code units), none of them half of one; what is cut ends with `…`. */
export const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "")}…`

/** Two long texts, cut so that the first place in which they differ is seen. */
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

/** A recorded value as data: for who writes texts of values in it anew. */
export const mapTexts = (value: AttributeValue, text: (value: string) => string): AttributeValue =>
  typeof value === "string"
    ? text(value)
    : isList<AttributeValue>(value)
    ? value.map((each) => mapTexts(each, text))
    : isRecord<AttributeValue>(value)
    ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTexts(each, text)]))
    : value
