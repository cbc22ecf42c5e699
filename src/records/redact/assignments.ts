/**
 * Secrets in a text that are known by the key before them: `"password": "…"` in JSON (also in JSON inside of JSON), `api_key=…`, `Cookie: …`.
 *
 * The key stays and its value goes, so that JSON remains JSON. Prose has colons too: after an unquoted key other than a header's, only a value that
 * looks like no word is taken for a secret.
 */
import { backslashesBefore } from "./quoted.js"
import { codeAt } from "./scanning.js"
import { isSpace, type Key, Values } from "./values.js"

const longestKey = 64
const mostSpaces = 8

const isQuote = (code: number): boolean => code === 34 || code === 39

const isKeyCharacter = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95 ||
  code === 45 || code === 46

/** Whether a key may end with this character, spaces after it included. */
const endsKey = (code: number): boolean => isKeyCharacter(code) || isQuote(code) || isSpace(code)

const startOfWord = (text: string, end: number): number => {
  let start = end
  while (start > 0 && end - start < longestKey && isKeyCharacter(codeAt(text, start - 1))) {
    start--
  }
  // In a JSON text the letter of an escape stands before what follows a line break.
  return start > 0 && start < end && text[start - 1] === "\\" ? start + 1 : start
}

const keyWord = /keys?/iy

const isKeyWord = (text: string, start: number, end: number): boolean => {
  keyWord.lastIndex = start
  return end - start >= 3 && end - start <= 4 && keyWord.test(text) && keyWord.lastIndex === end
}

const keyBefore = (text: string, separator: number): Key | undefined => {
  let end = separator
  while (end > 0 && separator - end < mostSpaces && isSpace(codeAt(text, end - 1))) {
    end--
  }
  const last = codeAt(text, end - 1)
  const isQuoted = isQuote(last)
  if (!isQuoted && !isKeyCharacter(last)) {
    return undefined
  }
  const level = isQuoted ? backslashesBefore(text, end - 1, 0) : 0
  end -= isQuoted ? level + 1 : 0
  let start = startOfWord(text, end)
  // `API key:` and `private key:` are two words.
  if (codeAt(text, start - 1) === 32 && isKeyWord(text, start, end)) {
    start = startOfWord(text, start - 1)
  }
  return start === end ? undefined : {
    name: text.slice(start, end),
    quote: isQuoted ? String.fromCharCode(last) : "",
    level,
    opened: isQuote(codeAt(text, start - 1)) ? text[start - 1]! : ""
  }
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** Most colons are those of times and of URLs. */
const isTimeOrUrl = (text: string, at: number): boolean => {
  const next = codeAt(text, at + 1)
  return codeAt(text, at) === 58 &&
    ((isDigit(next) && isDigit(codeAt(text, at - 1)) && isDigit(codeAt(text, at - 2))) ||
      (next === 47 && codeAt(text, at + 2) === 47))
}

const mayHoldAssignment = (text: string): boolean => text.includes(":") || text.includes("=")

/** Goes from separator to separator, forwards only. Where there is no next one of a kind, it is not searched for again. */
class Separators {
  private colon = -1
  private equals = -1

  constructor(private readonly text: string) {}

  /** The next one; the text's length where there is none. */
  from(at: number): number {
    const code = codeAt(this.text, at)
    if (code === 58 || code === 61) {
      return at
    }
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
  let values: Values | undefined
  let next = 0
  for (let at = separators.from(0); at < text.length; at = separators.from(next)) {
    next = at + 1
    const key = endsKey(codeAt(text, at - 1)) && !isTimeOrUrl(text, at) ? keyBefore(text, at) : undefined
    if (key !== undefined && isSecret(key.name)) {
      values ??= new Values(text)
      next = Math.max(next, values.hideAfter(at, key))
    }
  }
  return values === undefined ? text : values.finish()
}
