/**
 * Secrets after command-line flags: `--token abc123`, `curl -u name:password`.
 *
 * Prose mentions flags too, so an unquoted value is hidden only if it does not look like a word.
 */
import { redacted } from "../text.js"
import { isInnocent } from "./innocent.js"
import { endOfBackslashes, Quotes } from "./quoted.js"
import { codeAt, isHidden, isSpace, kindOf, Lookahead, looksSecretIn, ofKey, oneOf, Rewriter } from "./scanning.js"

const mayHoldFlag = /-[-u]/

/** The length of a flag's name, in characters. */
const shortestName = 2
const longestName = 63
const mostSpaces = 8

const hyphen = 45
const dot = 46

/** A letter, a digit, `_` or `-`. */
const isOfFlag = (code: number): boolean => code !== dot && kindOf(code) === ofKey

const isLetter = (code: number): boolean => (code | 32) >= 97 && (code | 32) <= 122

const isBlank = (code: number): boolean => code === 32 || code === 9

const isAnySpace = (code: number): boolean =>
  code <= 32 ? isSpace(code) || code === 11 || code === 12 : code > 127 && /\s/.test(String.fromCharCode(code))

/** Finds the flags of a text, in order, reading each character once. */
class Flags {
  /** The name of the flag that was found, without its hyphens. */
  name = ""
  /** Where its value begins. */
  value = 0
  private from = 0

  constructor(private readonly text: string) {}

  /** Moves to the next flag with a value; `false` if there is none. */
  next(): boolean {
    for (let at = this.text.indexOf("--", this.from); at >= 0; at = this.text.indexOf("--", this.from)) {
      const end = this.endOfName(at + 2)
      if (!isOfFlag(codeAt(this.text, at - 1)) && this.isFlag(at + 2, end)) {
        return true
      }
      this.from = end
    }
    return false
  }

  /** Continues the search at a position. */
  skipTo(at: number): void {
    this.from = at
  }

  private endOfName(start: number): number {
    let end = start
    while (isOfFlag(codeAt(this.text, end))) {
      end++
    }
    return end
  }

  private isFlag(start: number, end: number): boolean {
    let value = end
    while (value - end < mostSpaces && isBlank(codeAt(this.text, value))) {
      value++
    }
    const length = end - start
    const next = codeAt(this.text, value)
    if (
      value === end || length < shortestName || length > longestName || !isLetter(codeAt(this.text, start)) ||
      next === hyphen || isAnySpace(next)
    ) {
      return false
    }
    this.name = this.text.slice(start, end)
    this.value = value
    this.from = value
    return true
  }
}

/** The password after a user name. Two numbers are a user id and a group id. */
const login = /(?<![\w-])((?:-u|--user)[ \t]{1,8}["']?[^\s:"'\\]{1,128}:)(?!\d{1,10}(?![^\s"'\\]))[^\s"'\\]+/g

const endOfPlain = /* @__PURE__ */ oneOf(/[\s"'\\,;)]/)

/** Ends a value whose quote is never closed. */
const endOfUnclosed = /* @__PURE__ */ oneOf(/["'\\\r\n]/)

const redactValues = (text: string, isSecret: (key: string) => boolean): string => {
  const flags = new Flags(text)
  if (!flags.next()) {
    return text
  }
  const out = new Rewriter(text)
  const quotes = new Quotes(text)
  const unclosed = new Lookahead(text, endOfUnclosed)
  const plain = new Lookahead(text, endOfPlain)
  const looksSecret = looksSecretIn(text)
  do {
    const { name, value } = flags
    if (isSecret(name)) {
      const level = endOfBackslashes(text, value) - value
      const quote = text[value + level]
      const isQuoted = quote === "\"" || quote === "'"
      const start = isQuoted ? value + level + 1 : value
      const end = isQuoted ? quotes.end(start, quote, level) ?? unclosed.next(start) : plain.next(start)
      if (
        !isHidden(text, start, end) && (isQuoted || looksSecret(start, end)) &&
        !isInnocent(name, text, start, end)
      ) {
        out.replace(start, end, redacted)
        flags.skipTo(end)
      }
    }
  } while (flags.next())
  return out.finish()
}

/** The text with `<redacted>` in place of every value after a secret flag. */
export const redactFlags = (text: string, isSecret: (key: string) => boolean): string => {
  if (!mayHoldFlag.test(text)) {
    return text
  }
  const safe = redactValues(text, isSecret)
  const hidden = safe.replace(login, `$1${redacted}`)
  return hidden !== safe && isSecret("password") ? hidden : safe
}
