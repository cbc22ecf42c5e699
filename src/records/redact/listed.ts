/**
 * Secrets in a JSON text (also in JSON inside of JSON) whose key does not stand where keys stand: `["authorization", "…"]`,
 * `{ "name": "token", "value": "…" }`, `"--token", "…"`. Every expression here is bounded, so that no text takes more than linear time.
 */
import { redacted } from "../text.js"
import { endOfQuoted } from "./quoted.js"

/** A quote may have backslashes before it; all of one value have as many. */
const opening = "(\\\\{0,15})\""
const closing = "\\1\""
const space = "\\s{0,8}"
const name = "([\\w.][\\w.-]{0,63})"

const pair = `\\[${space}${opening}${name}${closing}${space},${space}${closing}`

/** Up to where the value begins. */
const beginnings = [
  new RegExp(pair, "g"),
  new RegExp(
    `${opening}(?:name|key|header)${closing}${space}:${space}${closing}${name}${closing}${space},${space}${closing}value${closing}${space}:${space}${closing}`,
    "g"
  ),
  new RegExp(`${opening}(--?[A-Za-z][\\w-]{0,62})${closing}${space},${space}${closing}(?!-)`, "g")
]

/** Whether the list ends behind the value: a longer one is no pair. */
const isLast = (text: string, end: number, level: number): boolean =>
  /^\s{0,8}\]/.test(text.slice(end + level + 1, end + level + 10))

const redactAfter = (text: string, beginning: RegExp, isSecret: (key: string) => boolean): string => {
  let out = ""
  let copied = 0
  beginning.lastIndex = 0
  for (let found = beginning.exec(text); found !== null; found = beginning.exec(text)) {
    const level = found[1]!.length
    const start = found.index + found[0].length
    if (isSecret(found[2]!)) {
      const end = endOfQuoted(text, start, "\"", level)
      if (!found[0].startsWith("[") || isLast(text, end, level)) {
        out += text.slice(copied, start) + redacted
        copied = end
        beginning.lastIndex = end
      }
    }
  }
  return copied === 0 ? text : out + text.slice(copied)
}

/** The text with `<redacted>` in place of what stands behind a secret's name. */
export const redactListed = (text: string, isSecret: (key: string) => boolean): string =>
  text.includes("\"") ? beginnings.reduce((safe, beginning) => redactAfter(safe, beginning, isSecret), text) : text
