/**
 * The traces that more may come for. One that is complete is settled when a hundred spans of other complete ones have come after it; of the others a
 * bounded number of spans is held.
 *
 * What comes for a trace after it was settled is counted as another trace of the same id.
 */
import type { MetricFacts, SpanFacts, StartFacts } from "../../records/wire/facts.js"
import type { Dimensions } from "../usage/measures.js"
import { TraceUsage } from "../usage/TraceUsage.js"
import type { UsageTables } from "../usage/UsageTables.js"

/** Spans of complete traces that are held, for lines that are not quite in order. A thousand would outlive the young generation and cost a tenth of the speed. */
const mostComplete = 100

/** How far making room goes once it has begun, so that it does not begin again at once. */
const lowWater = 0.75

/** A trace that more may come for. */
interface OpenTrace {
  readonly id: string
  readonly usage: TraceUsage
  /** Whether it is among the complete ones. */
  complete: boolean
}

/** Traces by id, in the order in which they came. */
export class OpenTraces {
  private readonly traces = new Map<string, OpenTrace>()
  /** Those of them that are complete, in the order in which they became so. */
  private readonly complete = new Set<OpenTrace>()
  private held = 0
  private heldComplete = 0
  /** The trace of the last record: the next one is mostly of the same. */
  private last: OpenTrace | undefined = undefined
  /** How many traces were begun. */
  begun = 0

  constructor(
    private readonly dimensions: Dimensions,
    private readonly mostHeld: number,
    private readonly settle: (tables: UsageTables) => void
  ) {}

  /** Takes a span that opened; whether that is news. */
  start(span: StartFacts): boolean {
    const trace = this.at(span.traceId)
    const before = trace.usage.held
    const isNews = trace.usage.start(span)
    this.changed(trace, before)
    return isNews
  }

  /** Takes a span that ended; whether it was known to be open. */
  end(span: SpanFacts): boolean {
    const trace = this.at(span.traceId)
    const before = trace.usage.held
    const wasOpen = trace.usage.end(span)
    this.changed(trace, before)
    return wasOpen
  }

  /** Takes a measurement. */
  metric(traceId: string, metric: MetricFacts): void {
    const trace = this.at(traceId)
    const before = trace.usage.held
    trace.usage.metric(metric)
    this.changed(trace, before)
  }

  /** What each would come to if it were over now. */
  *settled(): Iterable<UsageTables> {
    for (const { usage } of this.traces.values()) {
      yield usage.settled()
    }
  }

  private at(id: string): OpenTrace {
    if (this.last?.id !== id) {
      this.last = this.traces.get(id) ?? this.begin(id)
    }
    return this.last
  }

  private begin(id: string): OpenTrace {
    const trace = { id, usage: new TraceUsage(this.dimensions), complete: false }
    this.traces.set(id, trace)
    this.begun++
    return trace
  }

  private changed(trace: OpenTrace, before: number): void {
    const { held, isComplete } = trace.usage
    this.held += held - before
    if (trace.complete) {
      this.heldComplete += held - before
    }
    if (trace.complete !== isComplete) {
      this.move(trace)
    }
    if (this.held + this.traces.size > this.mostHeld) {
      this.makeRoom()
    }
  }

  private move(trace: OpenTrace): void {
    trace.complete = !trace.complete
    if (trace.complete) {
      this.complete.add(trace)
      this.heldComplete += trace.usage.held
      this.settleComplete()
    } else {
      this.complete.delete(trace)
      this.heldComplete -= trace.usage.held
    }
  }

  private settleComplete(): void {
    for (const trace of this.complete) {
      if (this.heldComplete <= mostComplete) {
        return
      }
      this.forget(trace)
    }
  }

  /** Folds all traces; where that is not enough, settles the oldest. */
  private makeRoom(): void {
    const enough = this.mostHeld * lowWater
    for (const { complete, usage } of this.traces.values()) {
      if (!complete) {
        this.held -= usage.held
        usage.fold()
        this.held += usage.held
      }
    }
    for (const trace of this.traces.values()) {
      if (this.held + this.traces.size <= enough) {
        return
      }
      this.forget(trace)
    }
  }

  private forget(trace: OpenTrace): void {
    this.settle(trace.usage.settled())
    this.held -= trace.usage.held
    this.heldComplete -= this.complete.delete(trace) ? trace.usage.held : 0
    this.traces.delete(trace.id)
    if (trace === this.last) {
      this.last = undefined
    }
  }
}
