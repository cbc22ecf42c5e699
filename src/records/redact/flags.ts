/**
 * Secrets behind the flags of a command line that stands in a text: `--token abc123`, `--password "…"`, `curl -u name:password`.
 *
 * The flag stays and its value goes. Sentences name flags too, so a value without quotes is hidden where it looks like no word.
 */
import { redacted } from "../text.js"
import { endOfBackslashes, Quotes } from "./quoted.js"
import { isHidden, Lookahead, looksSecretIn, Rewriter } from "./scanning.js"

const mayHoldFlag = /-[-u]/

/** Up to the start of the value. */
const flag = /(?<![\w-])--([A-Za-z][\w-]{1,62})[ \t]{1,8}(?![-\s])/g

/** Of a user and a password, the password; two numbers are a user and a group. */
const login = /(?<![\w-])((?:-u|--user)[ \t]{1,8}["']?[^\s:"'\\]{1,128}:)(?!\d{1,10}(?![^\s"'\\]))[^\s"'\\]+/g

const endOfPlain = /[\s"'\\,;)]/g

/** Ends a value whose quote is never closed. */
const endOfUnclosed = /["'\\\r\n]/g

const redactValues = (text: string, isSecret: (key: string) => boolean): string => {
  flag.lastIndex = 0
  let found = flag.exec(text)
  if (found === null) {
    return text
  }
  const out = new Rewriter(text)
  const quotes = new Quotes(text)
  const unclosed = new Lookahead(text, endOfUnclosed)
  const plain = new Lookahead(text, endOfPlain)
  const looksSecret = looksSecretIn(text)
  for (; found !== null; found = flag.exec(text)) {
    if (isSecret(found[1]!)) {
      const at = flag.lastIndex
      const level = endOfBackslashes(text, at) - at
      const quote = text[at + level]
      const isQuoted = quote === "\"" || quote === "'"
      const start = isQuoted ? at + level + 1 : at
      const end = isQuoted ? quotes.end(start, quote, level) ?? unclosed.next(start) : plain.next(start)
      if (!isHidden(text, start, end) && (isQuoted || looksSecret(start, end))) {
        out.replace(start, end, redacted)
        flag.lastIndex = end
      }
    }
  }
  return out.finish()
}

/** The text with `<redacted>` in place of what follows a secret's flag. */
export const redactFlags = (text: string, isSecret: (key: string) => boolean): string => {
  if (!mayHoldFlag.test(text)) {
    return text
  }
  const safe = redactValues(text, isSecret)
  const hidden = safe.replace(login, `$1${redacted}`)
  return hidden !== safe && isSecret("password") ? hidden : safe
}
