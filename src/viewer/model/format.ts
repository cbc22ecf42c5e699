/**
 * Formats numbers, times and untrusted text: short, aligned in columns, and the same in every locale.
 *
 * Nothing here touches the document. Text from records goes through `oneLine` or `manyLines` before it is shown, so control and bidirectional characters are
 * visible as escapes and reorder nothing.
 */
import { escapeText } from "../../records/terminal/escape.js"
import { formatCount, padTwo } from "../../records/terminal/numbers.js"

export { formatCount, formatDuration, formatUsd } from "../../records/terminal/numbers.js"

/** A number of tokens in a narrow column: `950`, `12.3k`, `4.1M`; empty for 0. */
export const formatTokens = (value: number): string => {
  if (value === 0) {
    return ""
  }
  if (value < 10_000) {
    return formatCount(value)
  }
  return value < 999_950 ? `${(value / 1000).toFixed(1)}k` : `${(value / 1_000_000).toFixed(1)}M`
}

/** US dollars as recorded, to nine decimal places. */
export const formatUsdExactly = (value: number): string => `$${value.toFixed(9).replace(/(\.\d\d\d*?)0+$/, "$1")}`

/** `1 span`, `2 spans`. */
export const formatNumberOf = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`

/** Untrusted text for one line: invisible characters become escapes. */
export const oneLine = (text: string): string => escapeText(text)

/** Untrusted text that may have several lines: newlines and tabs are kept. */
export const manyLines = (text: string): string =>
  text.split("\n").map((line) => line.split("\t").map(escapeText).join("\t")).join("\n")

/** A number of bytes: `950 B`, `12.3 kB`, `4.1 MB`. */
export const formatBytes = (bytes: number): string =>
  bytes < 1000
    ? `${bytes} B`
    : bytes < 999_950
    ? `${(bytes / 1000).toFixed(1)} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`

const dayOf = (date: Date): string => `${date.getFullYear()}-${padTwo(date.getMonth() + 1)}-${padTwo(date.getDate())}`

/** Local time: `14:08:07`, or day and minute if it is not on the day of `newest`. Both in milliseconds since the epoch. */
export const clockTime = (epochMs: number, newest: number): string => {
  const date = new Date(epochMs)
  const minute = `${padTwo(date.getHours())}:${padTwo(date.getMinutes())}`
  return dayOf(date) === dayOf(new Date(newest))
    ? `${minute}:${padTwo(date.getSeconds())}`
    : `${dayOf(date).slice(5)} ${minute}`
}

/** UTC: `2026-11-22T14:08:07.800Z`; empty for an instant outside the range of dates. */
export const fullTime = (epochMs: number): string =>
  Number.isFinite(epochMs) && Math.abs(epochMs) <= 8.64e15 ? new Date(epochMs).toISOString() : ""
