/**
 * Open spans, as sinks see them.
 */
import type { OpenSpanData } from "../../records/SpanData.js"

/** An open span, as an observer sees it. `onStart` and the list of open spans pass the same object. */
export interface OpenSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | null
  /** Nanoseconds since the epoch. */
  readonly start: bigint
  /** Its parent, if that is one of ours; it may have ended. */
  readonly above: OpenSpan | undefined
  /** Number of ancestors in this process, ≥ 0. */
  readonly depth: number
  /** Number of attributes it was opened with; later ones follow them. */
  readonly openedWith: number
  /** The original span, if a filter presents it to a sink with another parent. */
  readonly viewOf?: OpenSpan
  /** A copy of its current data, including attributes. */
  readonly snapshot: () => OpenSpanData
}

/** The currently open spans, oldest first. */
export type OpenSpans = () => Iterable<OpenSpan>

/** The span itself, behind all views of it. */
export const originalSpan = (span: OpenSpan): OpenSpan => span.viewOf === undefined ? span : originalSpan(span.viewOf)
