/**
 * Turns spans, measurements and scores into records and passes them to the sinks.
 *
 * A recorder belongs to one built `Telemetry` layer and holds its sinks, limits, ids and open spans. Sinks are called in declaration order
 * when a span opens and in reverse order when it ends; if one throws, the others are still called.
 */
import type * as Clock from "effect/Clock"
import type * as Exit from "effect/Exit"
import type * as Tracer from "effect/Tracer"
import { type AttributeLimits, defaultOpenSpans } from "../records/attributes.js"
import { memoize } from "../records/memoize.js"
import { instrumentKind, invalidMeasurement } from "../records/MetricRecord.js"
import { handled } from "../records/promises.js"
import type { Redactor } from "../records/redact/Redactor.js"
import type { ScoreTarget } from "../records/ScoreRecord.js"
import type { Judgement } from "./input.js"
import { judged, RefusedScore } from "./judging.js"
import type { Observer } from "./Observer.js"
import { Reporter, warnBy } from "./report.js"
import { hookFailed, mostRaised } from "./sinkFailures.js"
import { AttributeBag } from "./tracing/attributeBag.js"
import type { LoomSpan } from "./tracing/LoomSpan.js"
import { loomSpanOf } from "./tracing/LoomSpan.js"
import type { OpenSpan } from "./tracing/OpenSpan.js"
import { OpenSpanList } from "./tracing/OpenSpanList.js"
import type { SafeOpening, SpanOpening } from "./tracing/safe.js"
import type { SpanFactory } from "./tracing/SpanFactory.js"

/** The parts of a recorder. */
export interface RecorderOptions {
  readonly observers: ReadonlyArray<Observer>
  readonly limits: AttributeLimits
  readonly redactor: Redactor
  readonly factory: SpanFactory
}

/** Records spans and measurements for a fixed list of sinks. */
export class Recorder {
  readonly limits: AttributeLimits
  readonly redactor: Redactor
  readonly factory: SpanFactory
  readonly observers: ReadonlyArray<Observer>
  readonly reporter: Reporter
  /** How many more traces are checked for misplaced settings when they start; the first few are enough. */
  unchecked = 16

  private readonly starters: ReadonlyArray<Observer>
  private readonly enders: ReadonlyArray<Observer>
  private readonly measurers: ReadonlyArray<Observer>
  private readonly scorers: ReadonlyArray<Observer>
  private readonly detach: ReadonlyArray<() => void>
  /** Open spans removed from the list because there were too many, ≥ 0. */
  forgotten = 0
  private readonly open: OpenSpanList
  private handedOn: SafeOpening | undefined = undefined

  constructor(options: RecorderOptions) {
    this.limits = options.limits
    this.open = new OpenSpanList(options.limits.openSpans ?? defaultOpenSpans)
    this.redactor = options.redactor
    this.reporter = new Reporter(warnBy(options.redactor))
    this.factory = options.factory
    this.observers = options.observers
    this.starters = options.observers.filter((observer) => observer.onStart !== undefined)
    this.enders = options.observers.filter((observer) => observer.onEnd !== undefined).reverse()
    this.measurers = options.observers.filter((observer) => observer.onMetric !== undefined)
    this.scorers = options.observers.filter((observer) => observer.onScore !== undefined)
    const open = () => this.openSpans()
    this.detach = options.observers.flatMap((observer) => observer.attach === undefined ? [] : [observer.attach(open)])
  }

  /** Whether any sink observes the start of spans. */
  get observesStart(): boolean {
    return this.starters.length > 0
  }

  /** The open spans, oldest first. */
  *openSpans(): Iterable<OpenSpan> {
    for (let span = this.open.first; span !== undefined; span = span.next) {
      yield span
    }
  }

  /** The most recently announced open span. */
  get newest(): LoomSpan | undefined {
    return this.open.last
  }

  /** Our span that records this one. If another tracer has wrapped it in its own object, the open spans are searched by id. */
  openSpanOf(span: Tracer.AnySpan): LoomSpan | undefined {
    const own = this.ownSpan(span)
    return own?.spanId === span.spanId && own.traceId === span.traceId
      ? own
      : this.open.find(span.traceId, span.spanId)
  }

  /** Detaches the sinks from this recorder. */
  dispose(): void {
    for (const detach of this.detach) {
      detach()
    }
  }

  /** Creates a span with the factory; its name must already be redacted. Call `announce` once its attributes are set. */
  make(opening: SpanOpening): LoomSpan {
    return this.factory.make(this, opening)
  }

  /** Lets another tracer create a span from a redacted opening. If that tracer delegates to ours, the opening is not redacted again. */
  handingOn<A>(opening: SafeOpening, make: () => A): A {
    this.handedOn = opening
    try {
      return make()
    } finally {
      this.handedOn = undefined
    }
  }

  /** Takes the opening of the span that another tracer is creating. */
  takeHandedOn(): SafeOpening | undefined {
    const taken = this.handedOn
    if (taken !== undefined) {
      this.handedOn = undefined
    }
    return taken
  }

  /** Adds the span to the open ones and notifies the sinks. */
  announce(span: LoomSpan): void {
    span.openedWith = span.bag.size
    const oldest = this.open.add(span)
    if (oldest !== undefined) {
      this.forget(oldest)
    }
    for (const observer of this.starters) {
      try {
        observer.onStart!(span)
      } catch (error) {
        hookFailed(this, observer, "onStart", error, span.failures ??= [])
      }
    }
  }

  /**
   * Ends a span and returns the sink exceptions to raise here.
   *
   * Exceptions are raised by the outermost open span: raised earlier, they would be recorded as failures of bodies that did not fail. If the
   * body itself failed, its cause stays unchanged and the exceptions have already been logged.
   */
  end(span: LoomSpan, endTime: bigint, exit: Exit.Exit<unknown, unknown>): ReadonlyArray<unknown> {
    const data = span.close(endTime, exit)
    if (data === undefined) {
      return none
    }
    this.open.remove(span)
    for (const observer of this.enders) {
      try {
        observer.onEnd!(data, span)
      } catch (error) {
        hookFailed(this, observer, "onEnd", error, span.failures ??= [])
      }
    }
    return span.failures === undefined || exit._tag === "Failure" ? none : this.raise(span.failures, span.parentSpan)
  }

  /** Passes exceptions to the parent if it is one of our open spans; returns them otherwise. */
  private raise(failures: ReadonlyArray<unknown>, span: Tracer.AnySpan | undefined): ReadonlyArray<unknown> {
    const above = span === undefined ? undefined : loomSpanOf(span)
    if (above === undefined || above.owner !== this || !above.isOpen) {
      return failures
    }
    above.failures = [...(above.failures ?? []), ...failures].slice(0, mostRaised)
    return none
  }

  /** Ends a span that Effect's own combinators opened. Throws to raise a sink exception: there is no other way. */
  endFromTracer(span: LoomSpan, endTime: bigint, exit: Exit.Exit<unknown, unknown>): void {
    const failures = this.end(span, endTime, exit)
    if (failures.length > 0) {
      throw failures[0]
    }
  }

  /** Records a measurement and returns the sink exceptions to raise now; inside an open span they are raised when it ends. */
  measure(
    name: string,
    value: number,
    attributes: { readonly [key: string]: unknown } | undefined,
    userId: string | undefined,
    clock: Clock.Clock,
    span: Tracer.AnySpan | undefined
  ): ReadonlyArray<unknown> {
    const flaw = invalidMeasurement(name, value)
    if (flaw !== undefined) {
      return this.refuse("measurement", name, `${flaw} (value ${shown(value)})`)
    }
    const bag = new AttributeBag(this.limits, this.redactor, "metric")
    if (attributes !== undefined) {
      bag.setAll(attributes)
    }
    bag.setDefault("user_id", userId)
    const around = span === undefined ? undefined : this.ownSpan(span)
    const named = around ?? span
    const metric = {
      name: this.redactor.name(name),
      value,
      instrumentKind: kindOf(name),
      attributes: bag.finish(),
      time: clock.unsafeCurrentTimeNanos(),
      traceId: named?.traceId,
      spanId: named?.spanId
    }
    let failures: Array<unknown> | undefined
    for (const observer of this.measurers) {
      try {
        observer.onMetric!(metric, around)
      } catch (error) {
        // Inside an open span it is raised when the span ends: raised now, it would stop the body, whose exit must not depend on sinks.
        const raised = around?.isOpen === true ? around.failures ??= [] : failures ??= []
        hookFailed(this, observer, "onMetric", error, raised)
      }
    }
    return failures ?? none
  }

  /**
   * Records a score of the current span or of `target`, and returns exceptions like `measure`. Inside an open span they are raised when that span
   * ends, not when the scored one does.
   */
  score(
    name: string,
    judgement: Judgement,
    target: ScoreTarget | "current",
    userId: string | undefined,
    clock: Clock.Clock,
    span: Tracer.AnySpan | undefined
  ): ReadonlyArray<unknown> {
    const isGivenTarget = target !== "current"
    const time = clock.unsafeCurrentTimeNanos()
    const judging = span === undefined ? undefined : this.ownSpan(span)
    const given = isGivenTarget ? target : judging ?? span
    const score = judged(this, { name, judgement, target: given, isGivenTarget, userId, time })
    if (score instanceof RefusedScore) {
      return this.refuse("score", name, score.flaw)
    }
    const around = isGivenTarget ? this.open.find(score.traceId, score.spanId) : judging
    let failures: Array<unknown> | undefined
    for (const observer of this.scorers) {
      try {
        observer.onScore!(score, around)
      } catch (error) {
        const raised = judging?.isOpen === true ? judging.failures ??= [] : failures ??= []
        hookFailed(this, observer, "onScore", error, raised)
      }
    }
    return failures ?? none
  }

  private refuse(what: "measurement" | "score", name: string, flaw: string): ReadonlyArray<unknown> {
    const shownName = this.redactor.name(name)
    this.reporter.once(
      `${what} ${shownName}`,
      `A ${what} of ${JSON.stringify(shownName)} was dropped: ${flaw}`
    )
    for (const observer of this.observers) {
      observer.onRefused?.()
    }
    return none
  }

  /** This recorder's span for the given one. */
  private ownSpan(span: Tracer.AnySpan): LoomSpan | undefined {
    const own = loomSpanOf(span)
    return own?.owner === this ? own : undefined
  }

  private forget(oldest: LoomSpan): void {
    for (const observer of this.observers) {
      observer.onForgotten?.(oldest)
    }
    this.forgotten++
    this.reporter.every(
      "openSpans",
      `More than ${this.open.capacity} spans are open. The oldest are no longer listed as open (${this.forgotten} so far, such as ` +
        `${
          JSON.stringify(oldest.name)
        }); they are still recorded if they end. Spans created with Effect.makeSpan end only when the program ends them`
    )
  }
}

/** The instrument kind that a metric's name implies. */
const kindOf = memoize(1024, instrumentKind)

const none: ReadonlyArray<unknown> = Object.freeze([])

// A value that is not a number may be anything: a proxy that throws, a secret.
const shown = (value: unknown): string => typeof handled(value) === "number" ? String(value) : typeof value
