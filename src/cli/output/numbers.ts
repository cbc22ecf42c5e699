/**
 * Formats numbers for reading.
 */
import type { Usage } from "../../readers/usage/Amounts.js"

export const count = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",")

/** Milliseconds, in a suitable unit. */
export const duration = (millis: number): string =>
  millis < 1000
    ? `${millis.toFixed(1)}ms`
    : millis < 60_000
    ? `${(millis / 1000).toFixed(2)}s`
    : millis < 3_600_000
    ? `${Math.floor(millis / 60_000)}m${String(Math.floor(millis / 1000) % 60).padStart(2, "0")}s`
    : `${Math.floor(millis / 3_600_000)}h${String(Math.floor(millis / 60_000) % 60).padStart(2, "0")}m`

/** US dollars; below one, with two significant digits. */
export const dollars = (value: number | null): string =>
  value === null
    ? "–"
    : value === 0 || Math.abs(value) >= 1
    ? `$${value.toFixed(2)}`
    : `$${value.toFixed(Math.min(20, 1 - Math.floor(Math.log10(Math.abs(value)))))}`

export const tokens = ({ tokensIn, tokensOut }: Usage): string =>
  tokensIn === 0 && tokensOut === 0 ? "–" : `${count(tokensIn)} → ${count(tokensOut)}`

/** A number with its noun: `1 span`, `2 spans`. */
export const plural = (amount: number, one: string): string => `${count(amount)} ${one}${amount === 1 ? "" : "s"}`
