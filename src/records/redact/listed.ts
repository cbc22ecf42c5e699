/**
 * Secrets in JSON (also in nested JSON strings) whose key is not an object key: `["authorization", "…"]`, `{ "name": "token", "value": "…" }`,
 * `"--token", "…"`. Every expression here is bounded, so that no text takes more than linear time.
 */
import { redacted } from "../text.js"
import { endOfQuoted } from "./quoted.js"
import { Rewriter } from "./scanning.js"

/** In nested JSON, every quote has the same number of backslashes before it. The number is taken from the end of the name. */
const quote = "\\\\{0,15}\""
const closing = "(\\\\{0,15})\""
const again = "\\2\""
const space = "\\s{0,8}"
const comma = `${space},${space}`
const colon = `${space}:${space}`
const name = "([\\w.][\\w.-]{0,63})"
const flag = "(--?[A-Za-z][\\w-]{0,62})"

/** Matches everything up to the start of the value. */
const beginnings = [
  `\\[${space}${quote}${name}${closing}${comma}${again}`,
  `"(?:name|key|header)${quote}${colon}${quote}${name}${closing}${comma}${again}value${again}${colon}${again}`,
  `"${flag}${closing}${comma}${again}(?!-)`
].map((source) => new RegExp(source, "g"))

/** Whether the list ends after the value: a longer list is not a pair. A list that was cut may be a pair. */
const isLast = (text: string, end: number, level: number): boolean =>
  end === text.length || /^\s{0,8}\]/.test(text.slice(end + level + 1, end + level + 10))

const redactAfter = (text: string, beginning: RegExp, isSecret: (key: string) => boolean): string => {
  const out = new Rewriter(text)
  beginning.lastIndex = 0
  for (let found = beginning.exec(text); found !== null; found = beginning.exec(text)) {
    if (isSecret(found[1]!)) {
      const level = found[2]!.length
      const start = beginning.lastIndex
      const end = endOfQuoted(text, start, "\"", level)
      if (!found[0].startsWith("[") || isLast(text, end, level)) {
        out.replace(start, end, redacted)
        beginning.lastIndex = end
      }
    }
  }
  return out.finish()
}

/** The text with `<redacted>` in place of every value after a secret name. */
export const redactListed = (text: string, isSecret: (key: string) => boolean): string =>
  text.includes("\"") ? beginnings.reduce((safe, beginning) => redactAfter(safe, beginning, isSecret), text) : text
