/**
 * A span together with its scores, as `scoredTree` returns it.
 */
import type { ScoreRecord } from "../records/ScoreRecord.js"
import type { SpanRecord } from "../records/SpanRecord.js"

/** A span and its scores. */
export interface ScoredSpan extends SpanRecord {
  /** In the order in which they were given. */
  readonly scores: ReadonlyArray<ScoreRecord>
}

const isScored = (span: SpanRecord): span is ScoredSpan => "scores" in span

/** The scores of a span; empty if there are none. */
export const scoresOf = (span: SpanRecord): ReadonlyArray<ScoreRecord> => isScored(span) ? span.scores : []
