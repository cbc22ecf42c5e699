/**
 * Encodes and decodes the lines that report lost records.
 */
import { dateFromNanos, isoFromNanos, nanosFromDate } from "../instants.js"
import { type Fields, finite, instant, string } from "./fields.js"

/** How many records were lost, and why. Written once writing works again. */
export interface DroppedRecord {
  /** How many, ≥ 1. */
  readonly count: number
  /** Such as `queue_full`. */
  readonly reason: string
  /** When writing worked again, from the Clock. */
  readonly at: Date
}

/** Encodes lost records as a line. */
export const encodeDropped = (dropped: DroppedRecord): string =>
  `{"kind":"dropped","count":${dropped.count},"reason":${JSON.stringify(dropped.reason)},"at":"${
    isoFromNanos(nanosFromDate(dropped.at))
  }"}`

/** Decodes lost records from the fields of a line. */
export const decodeDropped = (fields: Fields): DroppedRecord => ({
  count: finite(fields, "count"),
  reason: string(fields, "reason"),
  at: dateFromNanos(instant(fields, "at"))
})
