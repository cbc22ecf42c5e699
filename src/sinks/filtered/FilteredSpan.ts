/**
 * A span as a sink behind a filter sees it: below the nearest ancestor that the sink has.
 */
import type { OpenSpanData } from "../../records/SpanData.js"
import type { OpenSpan } from "../../telemetry/tracing/OpenSpan.js"

/** Where a span hangs. */
export type Place = Pick<OpenSpan, "parentSpanId" | "above" | "depth">

/** A span in the filtered tree, or one that was left out of it and knows where its children go. */
export class FilteredSpan implements OpenSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly start: bigint
  readonly openedWith: number
  readonly parentSpanId: string | null
  readonly above: OpenSpan | undefined
  readonly depth: number

  constructor(readonly viewOf: OpenSpan, place: Place, readonly isKept: boolean) {
    this.name = viewOf.name
    this.traceId = viewOf.traceId
    this.spanId = viewOf.spanId
    this.start = viewOf.start
    this.openedWith = viewOf.openedWith
    this.parentSpanId = place.parentSpanId
    this.above = place.above
    this.depth = place.depth
  }

  /** Where its children hang. */
  get below(): Place {
    return this.isKept ? { parentSpanId: this.spanId, above: this, depth: this.depth + 1 } : this
  }

  snapshot(): OpenSpanData {
    return { ...this.viewOf.snapshot(), parentSpanId: this.parentSpanId }
  }
}
