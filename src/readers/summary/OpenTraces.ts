/**
 * Traces that may still receive records. A complete trace is settled once a hundred spans of other complete traces have followed it; the number of spans
 * held for the others is bounded.
 *
 * Records that arrive after their trace was settled count as another trace with the same id.
 */
import type { MetricFacts } from "../../records/wire/facts.js"
import type { Dimensions, KnownSpan } from "../usage/measures.js"
import { TraceUsage } from "../usage/TraceUsage.js"
import type { UsageTables } from "../usage/UsageTables.js"

/**
 * Spans of complete traces that are held, in case lines are slightly out of order. A thousand would outlive the young generation and cost 10% of the
 * speed.
 */
const maxComplete = 100

/** How far memory is reduced once the limit is reached, so that it is not reached again at once. */
const lowWater = 0.75

/** A trace that may still receive records. */
interface OpenTrace {
  readonly id: string
  readonly usage: TraceUsage
  /** Whether it is in the set of complete traces. */
  complete: boolean
}

export class OpenTraces {
  private readonly traces = new Map<string, OpenTrace>()
  /** The complete ones, in the order in which they became complete. */
  private readonly complete = new Set<OpenTrace>()
  private held = 0
  private heldComplete = 0
  /** The trace of the last record: the next record usually belongs to it too. */
  private last: OpenTrace | undefined = undefined
  seen = 0

  constructor(
    private readonly dimensions: Dimensions,
    private readonly maxHeld: number,
    private readonly settle: (tables: UsageTables) => void
  ) {}

  /** Adds a span that started; returns whether it was unknown. */
  start(traceId: string, span: KnownSpan): boolean {
    const trace = this.at(traceId)
    const before = trace.usage.held
    const isNew = trace.usage.start(span)
    this.changed(trace, before)
    return isNew
  }

  /** Adds a span that ended; returns whether it was known to be open. */
  end(traceId: string, span: KnownSpan): boolean {
    const trace = this.at(traceId)
    const before = trace.usage.held
    const wasOpen = trace.usage.end(span)
    this.changed(trace, before)
    return wasOpen
  }

  metric(traceId: string, metric: MetricFacts): void {
    const trace = this.at(traceId)
    const before = trace.usage.held
    trace.usage.metric(metric)
    this.changed(trace, before)
  }

  /** The usage of each trace as if it were over now. */
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
    this.seen++
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
    if (this.held + this.traces.size > this.maxHeld) {
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
      if (this.heldComplete <= maxComplete) {
        return
      }
      this.forget(trace)
    }
  }

  /** Folds all traces; if that is not enough, settles the oldest. */
  private makeRoom(): void {
    const enough = this.maxHeld * lowWater
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
