/**
 * Holds the traces of one sink back until none of their spans is open, then passes each one on in its original order, or drops it.
 *
 * Anything that comes after the decision follows it immediately. A child finds its trace through its parent, so this works as long as the
 * parent is in memory. A span below a remote parent finds its trace only while the decision is remembered.
 */
import type { ScoreData } from "../../records/ScoreData.js"
import type { MetricData, SpanData } from "../../records/SpanData.js"
import { type Observer, originOf } from "../../telemetry/Observer.js"
import type { OpenSpan } from "../../telemetry/tracing/OpenSpan.js"
import { filterSpans, withoutSpan } from "./headObserver.js"
import { type Decisions, HeldTrace, type TraceEvent } from "./HeldTrace.js"
import type { SamplingCounter } from "./options.js"

/** The rules of a sampler, shared by all sinks of a layer. */
export interface TailRules {
  readonly isKept: (trace: HeldTrace) => boolean
  readonly decisions: Decisions
  /** Maximum number of spans, measurements and scores held, ≥ 1. */
  readonly capacity: number
}

/** The traces of one sink. */
export class TailSampler {
  /** The sink behind the sampler. */
  readonly observer: Observer
  private readonly traces = new WeakMap<OpenSpan, HeldTrace>()
  /** Undecided traces by id, oldest first. */
  private readonly held = new Map<string, HeldTrace>()
  private size = 0
  private isClosed = false

  constructor(
    private readonly inner: Observer,
    private readonly rules: TailRules,
    private readonly counter: SamplingCounter
  ) {
    this.observer = {
      ...inner,
      name: `sampled(${inner.name})`,
      origin: originOf(inner),
      onStart: (span) => this.start(span),
      onForgotten: (span) => this.forget(span),
      onEnd: (data, span) => this.end(data, span),
      onMetric: (metric, around) => this.measure(metric, around),
      onScore: (score, around) => this.score(score, around),
      ...(inner.attach && { attach: (open) => inner.attach!(() => filterSpans(open, (span) => this.isShown(span))) })
    }
  }

  /** Decides the undecided traces by the spans they have so far. Traces that start later are dropped. */
  close(): void {
    this.isClosed = true
    forEachThenThrow([...this.held.values()], (trace) => this.settle(trace, () => this.rules.isKept(trace)))
  }

  private start(span: OpenSpan): void {
    const trace = this.find(span.above, span.traceId) ?? this.hold(span.traceId)
    this.traces.set(span, trace)
    this.take(trace, { _tag: "start", span })
    this.makeRoom()
  }

  private forget(span: OpenSpan): void {
    const trace = this.traces.get(span)
    if (trace !== undefined) {
      this.take(trace, { _tag: "forgotten", span })
      this.makeRoom()
    }
  }

  private end(data: SpanData, span: OpenSpan): void {
    const trace = this.traces.get(span)
    if (trace === undefined) {
      return
    }
    this.take(trace, { _tag: "end", span, data })
    if (trace.decision === undefined && trace.open === 0) {
      this.settle(trace, () => this.rules.isKept(trace))
    }
  }

  private measure(metric: MetricData, around: OpenSpan | undefined): void {
    const trace = metric.traceId === undefined ? undefined : this.find(around, metric.traceId)
    if (trace === undefined) {
      this.inner.onMetric?.(metric, around)
    } else {
      this.take(trace, { _tag: "metric", metric, around })
      this.makeRoom()
    }
  }

  private score(score: ScoreData, around: OpenSpan | undefined): void {
    const trace = this.find(around, score.traceId)
    if (trace === undefined) {
      this.counter.kept++
      this.inner.onScore?.(score, around)
    } else {
      this.take(trace, { _tag: "score", score, around })
      this.makeRoom()
    }
  }

  /** Whether the sink has received the span's start. */
  private isShown(span: OpenSpan): boolean {
    return this.traces.get(span)?.decision === true
  }

  private find(span: OpenSpan | undefined, traceId: string): HeldTrace | undefined {
    const known = span && this.traces.get(span)
    return known?.id === traceId ? known : this.held.get(traceId) ?? this.decided(traceId)
  }

  private decided(traceId: string): HeldTrace | undefined {
    const decision = this.rules.decisions.get(traceId)
    if (decision === undefined) {
      return undefined
    }
    const trace = new HeldTrace(traceId)
    trace.decide(decision)
    return trace
  }

  private hold(traceId: string): HeldTrace {
    const trace = new HeldTrace(traceId)
    if (this.isClosed) {
      trace.decide(false)
    } else {
      this.held.set(traceId, trace)
    }
    return trace
  }

  private take(trace: HeldTrace, event: TraceEvent): void {
    if (trace.decision !== undefined) {
      this.pass(event, trace.decision)
      return
    }
    const before = trace.size
    trace.hold(event)
    this.size += trace.size - before
    if (isCounted(event)) {
      this.counter.held++
    }
  }

  /** Keeps the oldest trace if too much is held: it may contain an error, or still get one. */
  private makeRoom(): void {
    while (this.size > this.rules.capacity) {
      const oldest = this.held.values().next().value!
      this.counter.decidedEarly++
      this.settle(oldest, () => true)
    }
  }

  private settle(trace: HeldTrace, decide: () => boolean): void {
    const decision = this.rules.decisions.decide(trace.id, decide)
    this.held.delete(trace.id)
    this.size -= trace.size
    const events = trace.decide(decision)
    this.counter.held -= events.filter(isCounted).length
    forEachThenThrow(events, (event) => this.pass(event, decision))
  }

  private pass(event: TraceEvent, isKept: boolean): void {
    const { counter, inner } = this
    switch (event._tag) {
      case "start":
        return isKept ? inner.onStart?.(event.span) : undefined
      case "forgotten":
        return isKept ? inner.onForgotten?.(event.span) : undefined
      case "metric":
        return inner.onMetric?.(isKept ? event.metric : withoutSpan(event.metric), event.around)
      case "score":
        counter[isKept ? "kept" : "dropped"]++
        return isKept ? inner.onScore?.(event.score, event.around) : undefined
      case "end":
        if (isKept) {
          counter.kept++
          return inner.onEnd?.(event.data, event.span)
        }
        counter.dropped++
        return inner.onLeftOut?.(event.data, event.span)
    }
  }
}

const isCounted = ({ _tag }: TraceEvent): boolean => _tag === "end" || _tag === "score"

/** Calls `each` for every item, then throws the first exception. */
const forEachThenThrow = <A>(all: ReadonlyArray<A>, each: (item: A) => void): void => {
  let failure: { readonly error: unknown } | undefined
  for (const item of all) {
    try {
      each(item)
    } catch (error) {
      failure ??= { error }
    }
  }
  if (failure !== undefined) {
    throw failure.error
  }
}
