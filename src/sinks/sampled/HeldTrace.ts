/**
 * A trace while it is held back, and what is known of it.
 */
import type { MetricData, SpanData } from "../../records/SpanData.js"
import type { OpenSpan } from "../../telemetry/tracing/OpenSpan.js"

/** What happened in a trace, in the order in which it did. */
export type TraceEvent =
  | { readonly _tag: "start"; readonly span: OpenSpan }
  | { readonly _tag: "end"; readonly span: OpenSpan; readonly data: SpanData }
  | { readonly _tag: "metric"; readonly metric: MetricData; readonly around: OpenSpan | undefined }

/** A trace, held until it is decided. */
export class HeldTrace {
  /** Whether it is kept; `undefined` while that is open. */
  verdict: boolean | undefined = undefined
  /** Spans that have not ended, ≥ 0. */
  open = 0
  /** Spans and measurements, ≥ 0. */
  size = 0
  private list: Array<TraceEvent> = []

  constructor(readonly id: string) {}

  get events(): ReadonlyArray<TraceEvent> {
    return this.list
  }

  /** The spans that ended, in the order in which they did. */
  get ended(): ReadonlyArray<SpanData> {
    return this.list.flatMap((event) => event._tag === "end" ? [event.data] : [])
  }

  get metrics(): ReadonlyArray<MetricData> {
    return this.list.flatMap((event) => event._tag === "metric" ? [event.metric] : [])
  }

  hold(event: TraceEvent): void {
    if (event._tag === "start") {
      this.open++
    } else if (event._tag === "end") {
      this.open--
    }
    if (event._tag !== "end") {
      this.size++
    }
    this.list.push(event)
  }

  /** Decides, and lets go of what was held. */
  decide(verdict: boolean): ReadonlyArray<TraceEvent> {
    const held = this.list
    this.verdict = verdict
    this.list = []
    this.size = 0
    return held
  }
}
