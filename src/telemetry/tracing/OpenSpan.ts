/**
 * Spans that are open, as sinks see them.
 */
import type { OpenSpanData } from "../../records/SpanData.js"

/** A span that is open, as an observer sees it. The same object is given at its start and found among the open spans. */
export interface OpenSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | null
  /** Nanoseconds since the epoch. */
  readonly start: bigint
  /** The span it is a child of, where that one is of ours too; it may have ended. */
  readonly above: OpenSpan | undefined
  /** How many ancestors it has in this process, ≥ 0. */
  readonly depth: number
  /** How many of its attributes it was opened with; later ones come after them. */
  readonly openedWith: number
  /** The span that this one stands for in a sink behind a filter, where another parent is shown than it was opened with. */
  readonly viewOf?: OpenSpan
  /** What is known of it by now, attributes included; a copy. */
  readonly snapshot: () => OpenSpanData
}

/** The spans that are open right now, oldest first. */
export type OpenSpans = () => Iterable<OpenSpan>

/** The span itself, behind all that stands for it. */
export const originalSpan = (span: OpenSpan): OpenSpan => span.viewOf === undefined ? span : originalSpan(span.viewOf)
