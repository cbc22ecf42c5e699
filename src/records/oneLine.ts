/**
 * Text that someone else wrote, as it may be logged and kept: what a receiver answers, what the system or an exception says.
 *
 * Like the text of a record it holds no secrets and is bounded; and it stays on one line of a log or a terminal, whatever it holds.
 */
import { escapeText } from "./terminal/escape.js"
import type { ValueRules } from "./ValueRules.js"

/** Characters that stand for one that is escaped, at most: `\u200b`. */
const longestEscape = 6

/** The first `max` characters of a text. Where many are escaped, it is cut further: to at most twice that length with its escapes. */
export const oneLine = (text: string, max: number, rules: Pick<ValueRules, "text">): string => {
  const line = escapeText(rules.text(text, max))
  return line.length <= 2 * max ? line : escapeText(rules.text(text, Math.floor(max / longestEscape)))
}
