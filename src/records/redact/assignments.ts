/**
 * Secrets in a text that are known by the key before them: `"password": "…"` in JSON (also in JSON inside JSON), `api_key=…`, `Cookie: …`.
 *
 * The key stays and its value goes, so JSON remains JSON. Prose has colons too: after an unquoted key other than a header's, a value without
 * quotes is hidden only if it does not look like a word.
 */
import { isHarmlessToken } from "./keys.js"
import { backslashesBefore } from "./quoted.js"
import { codeAt, kindOf, Lookahead, ofCode, ofKey, quoting, space } from "./scanning.js"
import { type Key, Values } from "./values.js"

const longestKey = 64
const mostSpaces = 8
const nextColon = /* @__PURE__ */ ofCode(58)
const nextEquals = /* @__PURE__ */ ofCode(61)
const backslash = 92

const startOfWord = (text: string, end: number): number => {
  const least = Math.max(0, end - longestKey)
  let start = end
  while (start > least && kindOf(text.charCodeAt(start - 1)) === ofKey) {
    start--
  }
  // In a JSON text the letter of an escape stands before what follows a line break.
  return start < end && codeAt(text, start - 1) === backslash ? start + 1 : start
}

const keyWord = /keys?/iy

const isKeyWord = (text: string, start: number, end: number): boolean => {
  keyWord.lastIndex = start
  return end - start >= 3 && end - start <= 4 && keyWord.test(text) && keyWord.lastIndex === end
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** Most colons are those of times and of URLs. */
const isTimeOrUrl = (text: string, at: number): boolean => {
  const next = codeAt(text, at + 1)
  return codeAt(text, at) === 58 &&
    ((isDigit(next) && isDigit(codeAt(text, at - 1)) && isDigit(codeAt(text, at - 2))) ||
      (next === 47 && codeAt(text, at + 2) === 47))
}

/** What comes before an unquoted token may say that it is a parser's: `Unexpected token: x`. */
const isParsers = (text: string, start: number, end: number): boolean =>
  isHarmlessToken(text.slice(startOfWord(text, start - 1), end))

/** The secret's key before a separator. Most words there are none, so all else is found out later. */
const keyBefore = (text: string, separator: number, isSecret: (key: string) => boolean): Key | undefined => {
  let end = separator
  let kind = kindOf(codeAt(text, end - 1))
  while (kind === space && separator - end < mostSpaces) {
    end--
    kind = kindOf(codeAt(text, end - 1))
  }
  if ((kind !== ofKey && kind !== quoting) || isTimeOrUrl(text, separator)) {
    return undefined
  }
  const isQuoted = kind === quoting
  const quote = isQuoted ? text[end - 1]! : ""
  const level = isQuoted ? backslashesBefore(text, end - 1, 0) : 0
  end -= isQuoted ? level + 1 : 0
  let start = startOfWord(text, end)
  if (start === end) {
    return undefined
  }
  // `API key:` and `private key:` are two words.
  let before = codeAt(text, start - 1)
  if (before === 32 && isKeyWord(text, start, end)) {
    start = startOfWord(text, start - 1)
    before = codeAt(text, start - 1)
  }
  const name = text.slice(start, end)
  return isSecret(name) && (isQuoted || before !== 32 || !isParsers(text, start, end))
    ? { name, quote, level, opened: before === 34 ? "\"" : before === 39 ? "'" : "" }
    : undefined
}

const mayHoldAssignment = (text: string): boolean => text.includes(":") || text.includes("=")

/** Goes from separator to separator, forwards only. */
class Separators {
  private readonly colons: Lookahead
  private readonly equals: Lookahead

  constructor(text: string) {
    this.colons = new Lookahead(text, nextColon)
    this.equals = new Lookahead(text, nextEquals)
  }

  /** The next one; the text's length where there is none. */
  from(at: number): number {
    return Math.min(this.colons.next(at), this.equals.next(at))
  }
}

/** The text with `<redacted>` in place of every value whose key is a secret's. */
export const redactAssignments = (text: string, isSecret: (key: string) => boolean): string => {
  if (!mayHoldAssignment(text)) {
    return text
  }
  const separators = new Separators(text)
  let values: Values | undefined
  let next = 0
  for (let at = separators.from(0); at < text.length; at = separators.from(next)) {
    next = at + 1
    const key = keyBefore(text, at, isSecret)
    if (key !== undefined) {
      values ??= new Values(text)
      next = Math.max(next, values.hideAfter(at, key))
    }
  }
  return values === undefined ? text : values.finish()
}
