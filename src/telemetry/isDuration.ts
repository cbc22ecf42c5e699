import * as Duration from "effect/Duration"

/** Whether a value is a duration ≥ 0. `Duration` itself treats negative numbers and NaN as zero. */
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
