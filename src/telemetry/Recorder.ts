/**
 * The one place where spans and measurements become records and go out to the sinks.
 *
 * A recorder belongs to one built `Telemetry` layer: it holds the sinks, the limits, the ids and the spans that are open. Sinks are
 * told in declaration order when a span opens, in reverse when it ends; one that throws keeps no other from its turn.
 */
import type * as Clock from "effect/Clock"
import type * as Exit from "effect/Exit"
import type * as Tracer from "effect/Tracer"
import type { AttributeLimits } from "../records/attributes.js"
import { instrumentKind, invalidMeasurement } from "../records/MetricRecord.js"
import { handled } from "../records/promises.js"
import type { Redactor } from "../records/redact/Redactor.js"
import { remembered } from "../records/remembered.js"
import { shownError } from "./lifecycle/foreignText.js"
import { Reporter, warnBy } from "./lifecycle/report.js"
import type { Observer } from "./Observer.js"
import { AttributeBag } from "./tracing/attributeBag.js"
import type { LoomSpan } from "./tracing/LoomSpan.js"
import { loomSpanOf } from "./tracing/LoomSpan.js"
import type { OpenSpan } from "./tracing/OpenSpan.js"
import type { SpanFactory, SpanOpening } from "./tracing/SpanFactory.js"

/** What a recorder is made of. */
export interface RecorderOptions {
  readonly observers: ReadonlyArray<Observer>
  readonly limits: AttributeLimits
  readonly redactor: Redactor
  readonly factory: SpanFactory
}

type Hook = "onStart" | "onEnd" | "onMetric"

/** Records spans and measurements for a fixed list of sinks. */
export class Recorder {
  readonly limits: AttributeLimits
  readonly redactor: Redactor
  readonly factory: SpanFactory
  readonly observers: ReadonlyArray<Observer>
  readonly reporter: Reporter
  /** Traces at whose beginning is still looked for settings in the wrong place; the first ones tell. */
  unchecked = 16
  /** Measurements that were refused because of their value or name, ≥ 0. */
  invalidMetrics = 0

  private readonly starters: ReadonlyArray<Observer>
  private readonly enders: ReadonlyArray<Observer>
  private readonly measurers: ReadonlyArray<Observer>
  private readonly detach: ReadonlyArray<() => void>
  private first: LoomSpan | undefined = undefined
  private last: LoomSpan | undefined = undefined

  constructor(options: RecorderOptions) {
    this.limits = options.limits
    this.redactor = options.redactor
    this.reporter = new Reporter(warnBy(options.redactor))
    this.factory = options.factory
    this.observers = options.observers
    this.starters = options.observers.filter((observer) => observer.onStart !== undefined)
    this.enders = options.observers.filter((observer) => observer.onEnd !== undefined).reverse()
    this.measurers = options.observers.filter((observer) => observer.onMetric !== undefined)
    const open = () => this.openSpans()
    this.detach = options.observers.flatMap((observer) => observer.attach === undefined ? [] : [observer.attach(open)])
  }

  /** Whether anybody wants to know that a span opened. */
  get observesStart(): boolean {
    return this.starters.length > 0
  }

  /** The spans that are open, oldest first. */
  *openSpans(): Iterable<OpenSpan> {
    for (let span = this.first; span !== undefined; span = span.next) {
      yield span
    }
  }

  /** The open span that was announced last. */
  get newest(): LoomSpan | undefined {
    return this.last
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

  /** Puts the span among the open ones and tells the sinks. */
  announce(span: LoomSpan): void {
    span.openedWith = span.bag.size
    span.previous = this.last
    if (this.last === undefined) {
      this.first = span
    } else {
      this.last.next = span
    }
    this.last = span
    for (const observer of this.starters) {
      try {
        observer.onStart!(span)
      } catch (error) {
        this.failed(observer, "onStart", error, span.failures ??= [])
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
    this.unlink(span)
    for (const observer of this.enders) {
      try {
        observer.onEnd!(data, span)
      } catch (error) {
        this.failed(observer, "onEnd", error, span.failures ??= [])
      }
    }
    return span.failures === undefined || exit._tag === "Failure" ? none : this.raise(span.failures, span.parentSpan)
  }

  /** Hands exceptions up to an open span of ours; gives those that nobody is there to take. */
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
      this.invalidMetrics++
      this.reporter.once(
        `metric ${this.redactor.name(name)}`,
        `A measurement of ${JSON.stringify(this.redactor.name(name))} was dropped: ${flaw} (value ${shown(value)})`
      )
      for (const observer of this.observers) {
        observer.onRefused?.()
      }
      return none
    }
    const bag = new AttributeBag(this.limits, this.redactor, "metric")
    if (attributes !== undefined) {
      bag.setAll(attributes)
    }
    bag.setDefault("user_id", userId)
    const metric = {
      name: this.redactor.name(name),
      value,
      instrumentKind: kindOf(name),
      attributes: bag.finish(),
      time: clock.unsafeCurrentTimeNanos(),
      traceId: span?.traceId,
      spanId: span?.spanId
    }
    const around = span === undefined ? undefined : this.ownSpan(span)
    let failures: Array<unknown> | undefined
    for (const observer of this.measurers) {
      try {
        observer.onMetric!(metric, around)
      } catch (error) {
        // Inside an open span it waits for its end: raised at once it would cut the body short, whose own cause has to stay what it would have been.
        const raised = around?.isOpen === true ? around.failures ??= [] : failures ??= []
        this.failed(observer, "onMetric", error, raised)
      }
    }
    return failures ?? none
  }

  /** The span of ours that stands for this one. */
  private ownSpan(span: Tracer.AnySpan): LoomSpan | undefined {
    const own = loomSpanOf(span)
    return own?.owner === this ? own : undefined
  }

  private failed(observer: Observer, hook: Hook, error: unknown, raised: Array<unknown>): void {
    if (observer.onError === "raise" && raised.length < mostRaised) {
      raised.push(error)
    }
    // By the sink, not by its name: two sinks may share one.
    this.reporter.once(
      observer,
      `The telemetry sink "${observer.name}" threw in ${hookNames[hook]}: ${shownError(error, this.redactor)}. ` +
        "The other sinks have recorded; further exceptions of this sink are not logged"
    )
  }

  private unlink(span: LoomSpan): void {
    const { next, previous } = span
    if (previous === undefined) {
      this.first = next
    } else {
      previous.next = next
    }
    if (next === undefined) {
      this.last = previous
    } else {
      next.previous = previous
    }
    span.previous = undefined
    span.next = undefined
  }
}

/** What a name says of its metric. */
const kindOf = remembered(1024, instrumentKind)

/** Exceptions that one span passes on; the bound is for spans that stay open while a sink throws at every measurement. */
const mostRaised = 16

const none: ReadonlyArray<unknown> = Object.freeze([])

// What is no number may be anything: a proxy that throws, a secret.
const shown = (value: unknown): string => typeof handled(value) === "number" ? String(value) : typeof value

/** As the people who wrote the sink call them. */
const hookNames: Record<Hook, string> = { onStart: "onSpanStart", onEnd: "onSpanEnd", onMetric: "onMetric" }
