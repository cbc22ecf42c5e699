/**
 * Formats numbers, times and untrusted text: short, of even width in a column, and the same in every locale.
 *
 * Nothing here touches the document. Text from records goes through `oneLine` or `manyLines` before it is shown, so control and bidirectional characters are
 * visible as escapes and reorder nothing.
 */
import { escapeText } from "../../records/terminal/escape.js"

/** A duration from milliseconds ≥ 0, three significant digits: `340µs`, `1.8ms`, `2.31s`, `1m 04s`, `2h 03m`. */
export const formatDuration = (ms: number): string => {
  if (ms < 0.0005) {
    return "0"
  }
  if (ms < 0.9995) {
    return `${significant(ms * 1000)}µs`
  }
  if (ms < 999.5) {
    return `${significant(ms)}ms`
  }
  return ms < 59_995 ? `${significant(ms / 1000)}s` : clock(Math.round(ms / 1000))
}

const significant = (value: number): string => {
  const digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
  const fixed = value.toFixed(digits)
  return digits === 0 ? fixed : fixed.replace(/\.?0+$/, "")
}

const clock = (seconds: number): string => {
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  if (hours >= 48) {
    return `${Math.floor(hours / 24)}d ${pad(hours % 24)}h`
  }
  return hours > 0 ? `${hours}h ${pad(minutes % 60)}m` : `${minutes}m ${pad(seconds % 60)}s`
}

const pad = (value: number): string => String(value).padStart(2, "0")

/** A whole number with commas: `12,345`. */
export const formatCount = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",")

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

/** US dollars with enough digits: `$12.34`, `$0.0026`, `$0.0000031`; empty if the cost is 0 or unknown. */
export const formatUsd = (value: number | null): string => {
  if (value === null || value === 0) {
    return ""
  }
  if (value >= 1) {
    const [whole = "0", cents = "00"] = value.toFixed(2).split(".")
    return `$${formatCount(Number(whole))}.${cents}`
  }
  const zeros = Math.max(0, Math.ceil(-Math.log10(value)) - 1)
  return `$${value.toFixed(Math.min(12, Math.max(4, zeros + 2)))}`
}

/** US dollars as recorded, to a thousandth of a millionth. */
export const formatUsdExactly = (value: number): string => `$${value.toFixed(9).replace(/(\.\d\d\d*?)0+$/, "$1")}`

/** `1 span`, `2 spans`. */
export const formatNumberOf = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`

/** Untrusted text for one line: invisible characters become escapes. */
export const oneLine = (text: string): string => escapeText(text)

/** Untrusted text that may have several lines: newlines are kept. */
export const manyLines = (text: string): string => text.split("\n").map(escapeText).join("\n")

const dayOf = (date: Date): string => `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`

/** Local time: `14:08:07`, or day and minute if it is not on the day of `newest`. Both in milliseconds since the epoch. */
export const clockTime = (epochMs: number, newest: number): string => {
  const date = new Date(epochMs)
  const minute = `${pad(date.getHours())}:${pad(date.getMinutes())}`
  return dayOf(date) === dayOf(new Date(newest))
    ? `${minute}:${pad(date.getSeconds())}`
    : `${dayOf(date).slice(5)} ${minute}`
}

/** UTC: `2026-11-22T14:08:07.800Z`; empty for an instant outside the range of dates. */
export const fullTime = (epochMs: number): string =>
  Number.isFinite(epochMs) && Math.abs(epochMs) <= 8.64e15 ? new Date(epochMs).toISOString() : ""
