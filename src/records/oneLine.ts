/**
 * Makes text from outside safe to log and store: a receiver's response, a system error, an exception's message.
 *
 * Like text in a record, it contains no secrets and is bounded. It also stays on one line of a log or a terminal, whatever it contains.
 */
import type { ValueRules } from "./named.js"
import { escapeText } from "./terminal/escape.js"

/** The length of the longest escape, such as `\u200b`. */
const longestEscape = 6

/** The first `max` characters of a text, escaped. If many need an escape, it is truncated further: the result has at most `2 * max` characters. */
export const oneLine = (text: string, max: number, rules: Pick<ValueRules, "text">): string => {
  const line = escapeText(rules.text(text, max))
  return line.length <= 2 * max ? line : escapeText(rules.text(text, Math.floor(max / longestEscape)))
}
