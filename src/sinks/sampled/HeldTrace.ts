/**
 * A trace held back until the sampler decides, and the decisions remembered for late spans.
 */
import type { ScoreData } from "../../records/ScoreData.js"
import type { MetricData, SpanData } from "../../records/SpanData.js"
import type { OpenSpan } from "../../telemetry/tracing/OpenSpan.js"

/** An event in a trace. */
export type TraceEvent =
  | { readonly _tag: "start"; readonly span: OpenSpan }
  | { readonly _tag: "forgotten"; readonly span: OpenSpan }
  | { readonly _tag: "end"; readonly span: OpenSpan; readonly data: SpanData }
  | { readonly _tag: "metric"; readonly metric: MetricData; readonly around: OpenSpan | undefined }
  | { readonly _tag: "score"; readonly score: ScoreData; readonly around: OpenSpan | undefined }

/** A trace, held until it is decided. */
export class HeldTrace {
  /** Whether it is kept; `undefined` while undecided. */
  decision: boolean | undefined = undefined
  /** Spans that have not ended, ≥ 0. */
  open = 0
  /** Spans, measurements and scores held, ≥ 0. */
  size = 0
  private events: Array<TraceEvent> = []

  constructor(readonly id: string) {}

  /** The ended spans, in the order in which they ended. */
  get ended(): ReadonlyArray<SpanData> {
    return this.events.flatMap((event) => event._tag === "end" ? [event.data] : [])
  }

  get metrics(): ReadonlyArray<MetricData> {
    return this.events.flatMap((event) => event._tag === "metric" ? [event.metric] : [])
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
    this.events.push(event)
  }

  /** Records the decision and returns the events held, in order. */
  decide(decision: boolean): ReadonlyArray<TraceEvent> {
    const { events } = this
    this.decision = decision
    this.events = []
    this.size = 0
    return events
  }
}

/** Maximum number of decisions remembered. */
const maxDecisions = 10_000

/** Decisions by trace id, shared by all sinks of one sampler so that they agree. The oldest is forgotten first. */
export class Decisions {
  private readonly known = new Map<string, boolean>()

  get(traceId: string): boolean | undefined {
    return this.known.get(traceId)
  }

  /** The earlier decision for this trace, otherwise a new one. */
  decide(traceId: string, make: () => boolean): boolean {
    const before = this.known.get(traceId)
    if (before !== undefined) {
      return before
    }
    const decision = make()
    this.known.set(traceId, decision)
    if (this.known.size > maxDecisions) {
      this.known.delete(this.known.keys().next().value!)
    }
    return decision
  }
}
