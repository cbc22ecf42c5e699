/**
 * Foreign text made safe to log and keep: a receiver's answer, a system error, an exception's message.
 *
 * Like the text of a record it has no secrets and is bounded; and it stays on one line of a log or a terminal, whatever it contains.
 */
import type { ValueRules } from "./named.js"
import { escapeText } from "./terminal/escape.js"

/** The length of the longest escape, such as `\u200b`. */
const longestEscape = 6

/** The first `max` characters of a text. If many are escaped, it is cut further: to at most twice that length with its escapes. */
export const oneLine = (text: string, max: number, rules: Pick<ValueRules, "text">): string => {
  const line = escapeText(rules.text(text, max))
  return line.length <= 2 * max ? line : escapeText(rules.text(text, Math.floor(max / longestEscape)))
}
