/**
 * Holds the traces of one sink back until none of their spans is open, then hands each on as it happened, or not at all.
 *
 * What comes after the decision follows it at once. A child finds its trace through its parent, so that this holds as long as the parent
 * is known to the program; where there is none of ours (spans below a remote parent), as long as the decision is remembered.
 */
import type { MetricData, SpanData } from "../../records/SpanData.js"
import type { Observer } from "../../telemetry/Observer.js"
import type { OpenSpan } from "../../telemetry/tracing/OpenSpan.js"
import { withoutSpan } from "./headObserver.js"
import { HeldTrace, type TraceEvent } from "./HeldTrace.js"
import type { SamplingCounter } from "./stats.js"
import type { Verdicts } from "./Verdicts.js"

/** What a sampler goes by. */
export interface TailRules {
  readonly isKept: (trace: HeldTrace) => boolean
  readonly verdicts: Verdicts
  readonly capacity: number
}

/** The traces of one sink. */
export class TailSampler {
  private readonly traces = new WeakMap<OpenSpan, HeldTrace>()
  /** Undecided ones by id, oldest first. */
  private readonly held = new Map<string, HeldTrace>()
  private size = 0
  private isClosed = false

  constructor(
    private readonly inner: Observer,
    private readonly rules: TailRules,
    private readonly counter: SamplingCounter
  ) {}

  start(span: OpenSpan): void {
    const trace = this.find(span.above, span.traceId) ?? this.begin(span.traceId)
    this.traces.set(span, trace)
    this.take(trace, { _tag: "start", span })
    this.relieve()
  }

  end(data: SpanData, span: OpenSpan): void {
    const trace = this.traces.get(span)
    if (trace === undefined) {
      return
    }
    this.take(trace, { _tag: "end", span, data })
    if (trace.verdict === undefined && trace.open === 0) {
      this.settle(trace, () => this.rules.isKept(trace))
    }
  }

  measure(metric: MetricData, around: OpenSpan | undefined): void {
    const trace = metric.traceId === undefined ? undefined : this.find(around, metric.traceId)
    if (trace === undefined) {
      this.inner.onMetric?.(metric, around)
    } else {
      this.take(trace, { _tag: "metric", metric, around })
      this.relieve()
    }
  }

  /** Whether the sink was told of the span. */
  isShown(span: OpenSpan): boolean {
    return this.traces.get(span)?.verdict === true
  }

  /** Decides what is undecided, on what is there. What begins after that is dropped. */
  close(): void {
    this.isClosed = true
    settleAll([...this.held.values()], (trace) => this.settle(trace, () => this.rules.isKept(trace)))
  }

  private find(span: OpenSpan | undefined, traceId: string): HeldTrace | undefined {
    const known = span && this.traces.get(span)
    return known?.id === traceId ? known : this.held.get(traceId) ?? this.decided(traceId)
  }

  private decided(traceId: string): HeldTrace | undefined {
    const verdict = this.rules.verdicts.get(traceId)
    if (verdict === undefined) {
      return undefined
    }
    const trace = new HeldTrace(traceId)
    trace.decide(verdict)
    return trace
  }

  private begin(traceId: string): HeldTrace {
    const trace = new HeldTrace(traceId)
    if (this.isClosed) {
      trace.decide(false)
    } else {
      this.held.set(traceId, trace)
    }
    return trace
  }

  private take(trace: HeldTrace, event: TraceEvent): void {
    if (trace.verdict !== undefined) {
      this.pass(event, trace.verdict)
      return
    }
    const before = trace.size
    trace.hold(event)
    this.size += trace.size - before
    if (event._tag === "end") {
      this.counter.held++
    }
  }

  /** Where too much is held the oldest trace is kept: an error may be in it, or still come. */
  private relieve(): void {
    while (this.size > this.rules.capacity) {
      const oldest = this.held.values().next().value!
      this.counter.decidedEarly++
      this.settle(oldest, () => true)
    }
  }

  private settle(trace: HeldTrace, decide: () => boolean): void {
    const verdict = this.rules.verdicts.decide(trace.id, decide)
    this.held.delete(trace.id)
    this.size -= trace.size
    const events = trace.decide(verdict)
    this.counter.held -= events.filter((event) => event._tag === "end").length
    settleAll(events, (event) => this.pass(event, verdict))
  }

  private pass(event: TraceEvent, isKept: boolean): void {
    const { counter, inner } = this
    switch (event._tag) {
      case "start":
        return isKept ? inner.onStart?.(event.span) : undefined
      case "metric":
        return inner.onMetric?.(isKept ? event.metric : withoutSpan(event.metric), event.around)
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

/** Does it for all; the first exception goes on after that. */
const settleAll = <A>(all: ReadonlyArray<A>, each: (item: A) => void): void => {
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
