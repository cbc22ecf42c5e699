/**
 * The one place where spans, measurements and judgements become records and go out to the sinks.
 *
 * A recorder belongs to one built `Telemetry` layer: it holds the sinks, the limits, the ids and the spans that are open. Sinks are
 * told in declaration order when a span opens, in reverse when it ends; one that throws keeps no other from its turn.
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

/** What a recorder is made of. */
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
  /** Traces at whose beginning is still looked for settings in the wrong place; the first ones tell. */
  unchecked = 16

  private readonly starters: ReadonlyArray<Observer>
  private readonly enders: ReadonlyArray<Observer>
  private readonly measurers: ReadonlyArray<Observer>
  private readonly scorers: ReadonlyArray<Observer>
  private readonly detach: ReadonlyArray<() => void>
  /** Open spans that are no longer kept because there were too many, ≥ 0. */
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

  /** Whether anybody wants to know that a span opened. */
  get observesStart(): boolean {
    return this.starters.length > 0
  }

  /** The spans that are open, oldest first. */
  *openSpans(): Iterable<OpenSpan> {
    for (let span = this.open.first; span !== undefined; span = span.next) {
      yield span
    }
  }

  /** The open span that was announced last. */
  get newest(): LoomSpan | undefined {
    return this.open.last
  }

  /** The span of ours that records this one. Another tracer may have put an object of its own around it: then the ids are looked for among the open spans. */
  openSpanOf(span: Tracer.AnySpan): LoomSpan | undefined {
    const own = this.ownSpan(span)
    return own?.spanId === span.spanId && own.traceId === span.traceId
      ? own
      : this.open.find(span.traceId, span.spanId)
  }

  /** Lets the sinks forget this recorder. */
  dispose(): void {
    for (const detach of this.detach) {
      detach()
    }
  }

  /** A span of the factory's, by a name without secrets. It is not announced yet: `announce` follows when its attributes are on it. */
  make(opening: SpanOpening): LoomSpan {
    return this.factory.make(this, opening)
  }

  /** Lets another tracer make a span whose opening is safe: where that tracer asks ours, it is not made safe again. */
  handingOn<A>(opening: SafeOpening, make: () => A): A {
    this.handedOn = opening
    try {
      return make()
    } finally {
      this.handedOn = undefined
    }
  }

  /** The opening of the span that another tracer is making. */
  takeHandedOn(): SafeOpening | undefined {
    const taken = this.handedOn
    if (taken !== undefined) {
      this.handedOn = undefined
    }
    return taken
  }

  /** Puts the span among the open ones and tells the sinks. */
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
   * Ends a span and gives the exceptions of its sinks that go on from here.
   *
   * They go on from the outermost span that is open: on the way there they would be recorded as the failure of bodies that did not fail. Where
   * the body itself failed, its cause stays as it was and they have been reported.
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

  /** Passes exceptions to an open span of ours above; returns them if there is none. */
  private raise(failures: ReadonlyArray<unknown>, span: Tracer.AnySpan | undefined): ReadonlyArray<unknown> {
    const above = span === undefined ? undefined : loomSpanOf(span)
    if (above === undefined || above.owner !== this || !above.isOpen) {
      return failures
    }
    above.failures = [...(above.failures ?? []), ...failures].slice(0, mostRaised)
    return none
  }

  /** The end of a span that Effect's own combinators opened: throwing is how an exception goes on, where it may. */
  endFromTracer(span: LoomSpan, endTime: bigint, exit: Exit.Exit<unknown, unknown>): void {
    const failures = this.end(span, endTime, exit)
    if (failures.length > 0) {
      throw failures[0]
    }
  }

  /** Takes a measurement and gives the exceptions of the sinks that should go on now; those inside an open span go on at its end. */
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
        // Inside an open span it waits for its end: raised at once it would cut the body short, whose own cause has to stay what it would have been.
        const raised = around?.isOpen === true ? around.failures ??= [] : failures ??= []
        hookFailed(this, observer, "onMetric", error, raised)
      }
    }
    return failures ?? none
  }

  /**
   * Takes a judgement of the current span, or of what `target` names, and gives exceptions like `measure`. Those inside an open span go on at the end of
   * the span that judges, not of the one that is judged.
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

  /** The span of ours that stands for this one. */
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
      `More than ${this.open.capacity} spans are open. The oldest are no longer kept as open (${this.forgotten} so far, such as ` +
        `${
          JSON.stringify(oldest.name)
        }); they are recorded if they end. Spans of Effect.makeSpan end only where the program ends them`
    )
  }
}

/** What a name says of its metric. */
const kindOf = memoize(1024, instrumentKind)

const none: ReadonlyArray<unknown> = Object.freeze([])

// What is no number may be anything: a proxy that throws, a secret.
const shown = (value: unknown): string => typeof handled(value) === "number" ? String(value) : typeof value
