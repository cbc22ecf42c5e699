import * as Duration from "effect/Duration"

/** Whether a text or a number is a time of 0 or more. `Duration` itself takes what is negative, and NaN, for zero. */
export const isDuration = (value: Duration.DurationInput): boolean => {
  if (typeof value === "number" || typeof value === "bigint") {
    return value >= 0
  }
  try {
    return Duration.toMillis(value) >= 0 && !String(value).startsWith("-")
  } catch {
    return false
  }
}
