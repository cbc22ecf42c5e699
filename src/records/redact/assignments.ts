/**
 * Secrets in a text that are recognized by the key before them: `"password": "…"` in JSON (also in nested JSON strings), `api_key=…`, `Cookie: …`.
 *
 * Only the value is replaced, so JSON remains valid. Prose has colons too: after an unquoted key that is not a header, an unquoted value is hidden
 * only if it does not look like a word.
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
  // In a JSON string, the `n` of a `\n` comes right before the first word of a line.
  return start < end && codeAt(text, start - 1) === backslash ? start + 1 : start
}

const keyWord = /keys?/iy

const isKeyWord = (text: string, start: number, end: number): boolean => {
  keyWord.lastIndex = start
  return end - start >= 3 && end - start <= 4 && keyWord.test(text) && keyWord.lastIndex === end
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** Most colons belong to times or URLs. */
const isTimeOrUrl = (text: string, at: number): boolean => {
  const next = codeAt(text, at + 1)
  return codeAt(text, at) === 58 &&
    ((isDigit(next) && isDigit(codeAt(text, at - 1)) && isDigit(codeAt(text, at - 2))) ||
      (next === 47 && codeAt(text, at + 2) === 47))
}

/** The word before an unquoted token may show that it is a parser's token: `Unexpected token: x`. */
const isParsers = (text: string, start: number, end: number): boolean =>
  isHarmlessToken(text.slice(startOfWord(text, start - 1), end))

/** The key of a secret before a separator, if any. Most words there are not one, so everything else is checked later. */
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
  // Keys such as `API key:` and `private key:` are two words.
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

/** Finds the separators of a text, moving forwards only. */
class Separators {
  private readonly colons: Lookahead
  private readonly equals: Lookahead

  constructor(text: string) {
    this.colons = new Lookahead(text, nextColon)
    this.equals = new Lookahead(text, nextEquals)
  }

  /** Position of the next separator; the text's length if there is none. */
  from(at: number): number {
    return Math.min(this.colons.next(at), this.equals.next(at))
  }
}

/** The text with `<redacted>` in place of every value with a secret key. */
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
