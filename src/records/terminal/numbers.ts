/**
 * Formats durations and dollars with few digits, the same on the terminal and in the viewer.
 */

/** Formats a duration (milliseconds, ≥ 0) with up to three significant digits: `340µs`, `1.8ms`, `2.31s`, `1m 04s`, `2h 03m`. */
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
    return `${Math.floor(hours / 24)}d ${padTwo(hours % 24)}h`
  }
  return hours > 0 ? `${hours}h ${padTwo(minutes % 60)}m` : `${minutes}m ${padTwo(seconds % 60)}s`
}

/** Pads to at least two digits: `04`. */
export const padTwo = (value: number): string => String(value).padStart(2, "0")

/** A whole number with commas: `12,345`. */
export const formatCount = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",")

/** Formats US dollars with as many digits as needed: `$12.34`, `$0.0026`, `$0.0000031`. Empty if the cost is 0 or unknown. */
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
