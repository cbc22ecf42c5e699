/**
 * Secrets in a text that are known by the key before them: `"password": "…"` in JSON (also in JSON inside of JSON), `api_key=…`, `Cookie: …`.
 *
 * The key stays and its value goes, so that JSON remains JSON. Prose has colons too: after an unquoted key other than a header's, only a value that
 * looks like no word is taken for a secret.
 */
import { redacted } from "../text.js"
import { backslashesBefore, endOfBrackets, endOfQuoted } from "./quoted.js"

/** A place in the text and what is to stand there. */
interface Found {
  readonly start: number
  readonly end: number
  readonly standIn: string
}

/** What stands before a separator. */
interface Key {
  readonly name: string
  /** Its quote; empty where it has none. */
  readonly quote: string
  /** Backslashes before the quote. */
  readonly level: number
  /** Whether the place is inside a quoted text that begins with the key. */
  readonly opened: string
}

const longestKey = 64
const mostSpaces = 8

const isSpace = (character: string | undefined): boolean =>
  character === " " || character === "\t" || character === "\n" || character === "\r"

const isKeyCharacter = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95 ||
  code === 45 || code === 46

const skipSpaces = (text: string, from: number): number => {
  let at = from
  while (at - from < mostSpaces && isSpace(text[at])) {
    at++
  }
  return at
}

const startOfWord = (text: string, end: number): number => {
  let start = end
  while (start > 0 && end - start < longestKey && isKeyCharacter(text.charCodeAt(start - 1))) {
    start--
  }
  // In a JSON text the letter of an escape stands before what follows a line break.
  return start > 0 && start < end && text[start - 1] === "\\" ? start + 1 : start
}

const keyBefore = (text: string, separator: number): Key | undefined => {
  let end = separator
  while (end > 0 && separator - end < mostSpaces && isSpace(text[end - 1])) {
    end--
  }
  const last = text[end - 1]
  const quote = last === "\"" || last === "'" ? last : ""
  const level = quote === "" ? 0 : backslashesBefore(text, end - 1, 0)
  end -= quote === "" ? 0 : level + 1
  let start = startOfWord(text, end)
  if (start === end) {
    return undefined
  }
  // `API key:` and `private key:` are two words.
  if (/^keys?$/i.test(text.slice(start, end)) && text[start - 1] === " ") {
    start = startOfWord(text, start - 1)
  }
  const opened = text[start - 1]
  return { name: text.slice(start, end), quote, level, opened: opened === "\"" || opened === "'" ? opened : "" }
}

const untilMatch = (text: string, from: number, stop: RegExp): number => {
  stop.lastIndex = from
  const found = stop.exec(text)
  return found === null ? text.length : found.index
}

const header = /(?:authorization|cookie|api-?key|-token)$/i
const scheme = /^(?:bearer|basic|token|digest|negotiate|apikey)$/i

/** Whether a value is like no word of a sentence. */
export const looksSecret = (value: string): boolean =>
  value.length >= 4 && /[\d!@#$%^&*+=~_]/.test(value.replace(/[.!?]+$/, ""))

const found = (text: string, start: number, end: number, standIn = redacted): Found | undefined =>
  start === end || text.slice(start, end) === redacted ? undefined : { start, end, standIn }

/** `"key": "value"`, `key: 'value'`, `key="value"`. */
const quotedValue = (text: string, at: number): Found | undefined | null => {
  const level = text[at] === "\\" ? endOfBackslashes(text, at) - at : 0
  const quote = text[at + level]
  if (quote !== "\"" && quote !== "'") {
    return null
  }
  const start = at + level + 1
  const end = endOfQuoted(text, start, quote, level)
  // An apostrophe opens nothing.
  return quote === "'" && end === text.length ? null : found(text, start, end)
}

const endOfBackslashes = (text: string, from: number): number => {
  let at = from
  while (text[at] === "\\") {
    at++
  }
  return at
}

/** A number, a list or an object after a quoted key: JSON, and JSON it stays. */
const jsonValue = (text: string, at: number, { level, quote }: Key): Found | undefined => {
  const isStructure = text[at] === "{" || text[at] === "["
  const end = isStructure ? endOfBrackets(text, at, level) : untilMatch(text, at, /[,}\]\s\\"]/g)
  const closing = "\\".repeat(level) + quote
  return text.slice(at, end) === "null" ? undefined : found(text, at, end, closing + redacted + closing)
}

/** To the end of the line, past quoted parameters; a header that stands in quotes ends with them. */
const headerEnd = (text: string, at: number, opened: string): number => {
  for (let end = at;; end++) {
    end = untilMatch(text, end, /[\r\n\\"']/g)
    const stop = text[end]
    const level = endOfBackslashes(text, end) - end
    if (text[end + level] === "\"" && text[end - 1] === "=" && (level > 0 || opened !== stop)) {
      end = endOfQuoted(text, end + level + 1, "\"", level) + level
    } else if (stop !== "'" || opened === stop) {
      return end
    }
  }
}

const wordEnd = (text: string, at: number, stop: RegExp): number => {
  const end = untilMatch(text, at, stop)
  return scheme.test(text.slice(at, end)) && isSpace(text[end]) ? untilMatch(text, skipSpaces(text, end), stop) : end
}

/** Where the value may begin behind `:`, `=`, `==` or `=>`. */
const endOfSeparator = (text: string, separator: number): number => {
  let end = separator + 1
  while (text[separator] === "=" && text[end] === "=" && end < separator + 3) {
    end++
  }
  return isArrow(text, end) ? end + 1 : end
}

/** Behind an arrow there is a value where it is quoted; else there is a function's body. */
const isArrow = (text: string, end: number): boolean => text[end - 1] === "=" && text[end] === ">"

const unquotedValue = (text: string, separator: number, at: number, key: Key): Found | undefined => {
  const begins = endOfSeparator(text, separator)
  if (text[begins - 1] === ">") {
    return undefined
  }
  const isSpaced = at > begins
  if (text[separator] === ":" && header.test(key.name)) {
    const end = headerEnd(text, at, key.opened)
    // Cookies are pairs; what is said of a cookie is not.
    return /cookie$/i.test(key.name) && !text.slice(at, end).includes("=") ? undefined : found(text, at, end)
  }
  const end = wordEnd(text, at, text[separator] === ":" ? /[\s,;"'\\)}\]]/g : /[\s&;,"'\\]/g)
  const isSure = text[separator] === "=" && !isSpaced
  return isSure || looksSecret(text.slice(at, end)) ? found(text, at, end) : undefined
}

const valueAfter = (text: string, separator: number, key: Key): Found | undefined => {
  const at = skipSpaces(text, endOfSeparator(text, separator))
  if (text.startsWith(redacted, at)) {
    return undefined
  }
  const quoted = quotedValue(text, at)
  return quoted !== null
    ? quoted
    : key.quote !== ""
    ? jsonValue(text, at, key)
    : unquotedValue(text, separator, at, key)
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** Most colons are those of times and of URLs. */
const isTimeOrUrl = (text: string, at: number): boolean =>
  text[at] === ":" &&
  ((isDigit(text.charCodeAt(at + 1)) && isDigit(text.charCodeAt(at - 1)) && isDigit(text.charCodeAt(at - 2))) ||
    (text[at + 1] === "/" && text[at + 2] === "/"))

const mayHoldAssignment = (text: string): boolean => text.includes(":") || text.includes("=")

/** Goes from separator to separator, forwards only. Where there is no next one of a kind, it is not searched for again. */
class Separators {
  private colon = -1
  private equals = -1

  constructor(private readonly text: string) {}

  /** The next one; the text's length where there is none. */
  from(at: number): number {
    if (this.colon < at) {
      this.colon = this.next(":", at)
    }
    if (this.equals < at) {
      this.equals = this.next("=", at)
    }
    return this.colon < this.equals ? this.colon : this.equals
  }

  private next(character: string, from: number): number {
    const at = this.text.indexOf(character, from)
    return at < 0 ? this.text.length : at
  }
}

/** The text with `<redacted>` in place of every value whose key is a secret's. */
export const redactAssignments = (text: string, isSecret: (key: string) => boolean): string => {
  if (!mayHoldAssignment(text)) {
    return text
  }
  const separators = new Separators(text)
  let out = ""
  let copied = 0
  for (let at = separators.from(0); at < text.length; at = separators.from(Math.max(copied, at + 1))) {
    const key = isTimeOrUrl(text, at) ? undefined : keyBefore(text, at)
    const value = key !== undefined && isSecret(key.name) ? valueAfter(text, at, key) : undefined
    if (value !== undefined) {
      out += text.slice(copied, value.start) + value.standIn
      copied = value.end
    }
  }
  return copied === 0 ? text : out + text.slice(copied)
}
