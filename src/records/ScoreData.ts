/**
 * A score as the package passes it around internally, with its exact time. The public record is made on demand.
 */
import { dateFromNanos, nanosFromDate } from "./instants.js"
import type { ScoreRecord } from "./ScoreRecord.js"

/** A score. Same as its record, except that the time is exact. Attributes are frozen when a record is made. */
export interface ScoreData extends Omit<ScoreRecord, "scoredAt"> {
  /** Nanoseconds since the epoch. */
  readonly time: bigint
}

/** The public record of a score. */
export const scoreRecord = (data: ScoreData): ScoreRecord => {
  const record: ScoreRecord = {
    name: data.name,
    value: data.value,
    label: data.label,
    explanation: data.explanation,
    source: data.source,
    traceId: data.traceId,
    spanId: data.spanId,
    attributes: Object.freeze(data.attributes),
    scoredAt: dateFromNanos(data.time)
  }
  return Object.freeze(record)
}

/** The data of a score's record. */
export const scoreData = ({ scoredAt, ...record }: ScoreRecord): ScoreData => ({
  ...record,
  time: nanosFromDate(scoredAt)
})
