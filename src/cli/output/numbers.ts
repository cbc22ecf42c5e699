/**
 * Formats numbers for reading, as trees and the page do.
 */
import type { Usage } from "../../readers/usage/Amounts.js"
import { formatCount as count, formatDuration, formatUsd } from "../../records/terminal/numbers.js"

export { count }

/** Milliseconds, in a suitable unit. */
export const duration = (millis: number): string => millis < 1000 ? `${millis.toFixed(1)}ms` : formatDuration(millis)

/** US dollars, in a few digits. */
export const dollars = (value: number | null): string =>
  value === null ? "–" : value === 0 ? "$0.00" : `${value < 0 ? "-" : ""}${formatUsd(Math.abs(value))}`

export const tokens = ({ tokensIn, tokensOut }: Usage): string =>
  tokensIn === 0 && tokensOut === 0 ? "–" : `${count(tokensIn)} → ${count(tokensOut)}`

/** A number with its noun: `1 span`, `2 spans`. */
export const plural = (amount: number, one: string): string => `${count(amount)} ${one}${amount === 1 ? "" : "s"}`
