/**
 * One of our spans while it is open: what Effect's tracer needs, and what the record will contain.
 *
 * Creating it is cheap: the `Map` of attributes and the `Option` of the parent are created on demand, and no stack is captured.
 * No member throws: an exception in a tracer's callback would change or lose the result of the observed program.
 */
import type * as Context from "effect/Context"
import type * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import type { AttributeLimits, AttributeValue } from "../../records/attributes.js"
import { handled } from "../../records/promises.js"
import type { Redactor } from "../../records/redact/Redactor.js"
import type { EventData, OpenSpanData, SpanData } from "../../records/SpanData.js"
import type { SpanLink } from "../../records/SpanRecord.js"
import { ownNames } from "../../records/vocabulary.js"
import { shared } from "../copies.js"
import type { AttributeBag } from "./attributeBag.js"
import type { OpenSpan } from "./OpenSpan.js"
import { exceptionOf, outcomeOf } from "./outcome.js"
import { safeEvent, type SafeLink, safeLinks, type SpanOpening } from "./safe.js"

/** The number of spans opened: spans of all copies of this package share one order. */
const opened = shared("opened", () => ({ count: 0 }))

/** Identifies our spans, whichever copy of this package made them. */
const LoomSpanTypeId: unique symbol = Symbol.for("loom-telemetry/1/LoomSpan")

// Created once: calling `BigInt` for each span measurably raises its cost.
const notEnded = BigInt(0)

/** The recorder, as its spans see it. */
export interface SpanOwner {
  readonly limits: AttributeLimits
  /** Hides secrets in everything set on the span. */
  readonly redactor: Redactor
  /** Ends the span; may throw a sink's exception if the body succeeded. */
  readonly endFromTracer: (span: LoomSpan, endTime: bigint, exit: Exit.Exit<unknown, unknown>) => void
}

/** Receives the attributes set on a covered child. */
export type AttributeListener = (key: string, value: unknown) => void

/** A library's child spans that are not recorded because their parent covers them. */
export interface CoveredChildren {
  /** Their names. */
  readonly names: ReadonlySet<string>
  /** Attributes that the library sets on this span instead; they are ignored. */
  readonly keys: ReadonlySet<string>
  /** Called with each attribute set on the children. */
  readonly listen: AttributeListener
}

/** Spans of other tracers, mapped to our spans that record them. */
const shadows = shared("shadows", () => new WeakMap<Tracer.AnySpan, LoomSpan>())

/** Registers our span that records a span of another tracer. */
export const rememberShadow = (foreign: Tracer.AnySpan, shadow: LoomSpan): void => {
  shadows.set(foreign, shadow)
}

/** Whether a span is one of ours. */
export const isLoomSpan = (span: Tracer.AnySpan): span is LoomSpan => LoomSpanTypeId in span

/** The span that records this one: itself, or its shadow if it belongs to another tracer. */
export const loomSpanOf = (span: Tracer.AnySpan): LoomSpan | undefined => isLoomSpan(span) ? span : shadows.get(span)

const recordedLink = ({ attributes, span: { spanId, traceId } }: SafeLink): SpanLink =>
  Object.freeze({ traceId, spanId, attributes })

/** A span that is being recorded. */
export class LoomSpan implements Tracer.Span, OpenSpan {
  readonly _tag = "Span"
  readonly sequence: number = opened.count++
  readonly depth: number
  openedWith = 0
  /** Sink exceptions to raise when the span ends. */
  failures: Array<unknown> | undefined = undefined
  /** A library's children that this span covers. */
  covers: CoveredChildren | undefined = undefined
  /** Neighbours in the recorder's list of open spans. */
  previous: LoomSpan | undefined = undefined
  next: LoomSpan | undefined = undefined

  private exit: Exit.Exit<unknown, unknown> | undefined = undefined
  private endTime = notEnded
  private eventList: Array<EventData> | undefined = undefined
  private linkList: ReadonlyArray<SafeLink> | undefined = undefined
  private droppedEvents = 0

  /** The name as recorded. */
  readonly name: string
  readonly parentSpan: Tracer.AnySpan | undefined
  readonly start: bigint
  readonly kind: Tracer.SpanKind
  readonly context: Context.Context<never>
  readonly bag: AttributeBag
  /** Number of links it was opened with, ≥ 0. */
  readonly openedLinks: number

  constructor(
    readonly owner: SpanOwner,
    opening: SpanOpening,
    readonly traceId: string,
    readonly spanId: string,
    readonly sampled: boolean
  ) {
    const { links } = opening
    this.name = opening.name
    this.parentSpan = opening.parent
    this.start = opening.start
    this.kind = opening.kind
    this.context = opening.context
    this.bag = opening.bag
    this.openedLinks = links.length
    if (links.length > 0) {
      this.linkList = links
    }
    const { above } = this
    this.depth = above === undefined ? 0 : above.depth + 1
  }

  get [LoomSpanTypeId](): typeof LoomSpanTypeId {
    return LoomSpanTypeId
  }

  private get limits(): AttributeLimits {
    return this.owner.limits
  }

  get above(): LoomSpan | undefined {
    return this.parentSpan === undefined ? undefined : loomSpanOf(this.parentSpan)
  }

  get parentSpanId(): string | null {
    return this.parentSpan === undefined ? null : this.parentSpan.spanId
  }

  get parent(): Option.Option<Tracer.AnySpan> {
    return Option.fromNullable(this.parentSpan)
  }

  get isOpen(): boolean {
    return this.exit === undefined
  }

  get status(): Tracer.SpanStatus {
    return this.exit === undefined
      ? { _tag: "Started", startTime: this.start }
      : { _tag: "Ended", startTime: this.start, endTime: this.endTime, exit: this.exit }
  }

  get attributes(): ReadonlyMap<string, unknown> {
    return new Map(Object.entries(this.bag.values))
  }

  get links(): ReadonlyArray<Tracer.SpanLink> {
    return this.linkList ?? []
  }

  /** Whether attributes with this key are ignored. */
  refuses(key: string): boolean {
    return this.covers?.keys.has(key) === true
  }

  attribute(key: string, value: unknown): void {
    this.take(key, value)
  }

  /** Sets an attribute and returns the recorded value; `undefined` if it is ignored. */
  take(key: string, value: unknown): AttributeValue | undefined {
    if (this.isOpen && !this.refuses(key)) {
      return this.bag.set(key, value)
    }
    handled(value)
    return undefined
  }

  event(name: string, startTime: bigint, attributes?: Record<string, unknown>): void {
    if (!this.isOpen) {
      return
    }
    if (this.eventList !== undefined && this.eventList.length >= this.limits.events) {
      this.droppedEvents++
      return
    }
    this.keepEvent(safeEvent(this.owner, name, startTime, attributes))
  }

  /** Adds an event that is already redacted. */
  keepEvent(event: EventData): void {
    if (!this.isOpen) {
      return
    }
    this.eventList ??= []
    if (this.eventList.length >= this.limits.events) {
      this.droppedEvents++
    } else {
      this.eventList.push(event)
    }
  }

  addLinks(links: ReadonlyArray<Tracer.SpanLink>): void {
    if (this.isOpen && links.length > 0) {
      this.keepLinks(safeLinks(this.owner, links))
    }
  }

  /** Adds links that are already redacted. */
  keepLinks(links: ReadonlyArray<SafeLink>): void {
    if (this.isOpen && links.length > 0) {
      this.linkList = [...(this.linkList ?? []), ...links]
    }
  }

  /** Ends the span for Effect's tracer: throws a sink's exception only if the body succeeded. */
  end(endTime: bigint, exit: Exit.Exit<unknown, unknown>): void {
    this.owner.endFromTracer(this, endTime, exit)
  }

  snapshot(): OpenSpanData {
    return {
      name: this.name,
      traceId: this.traceId,
      spanId: this.spanId,
      parentSpanId: this.parentSpanId,
      start: this.start,
      sequence: this.sequence,
      attributes: this.bag.snapshot()
    }
  }

  /** Closes the span and returns its data; `undefined` if it is already closed. For the recorder. */
  close(endTime: bigint, exit: Exit.Exit<unknown, unknown>): SpanData | undefined {
    if (!this.isOpen) {
      return undefined
    }
    this.exit = exit
    this.endTime = endTime < this.start ? this.start : endTime
    if (this.droppedEvents > 0) {
      this.bag.set(ownNames.droppedEvents, this.droppedEvents)
    }
    return {
      name: this.name,
      traceId: this.traceId,
      spanId: this.spanId,
      parentSpanId: this.parentSpanId,
      start: this.start,
      end: this.endTime,
      sequence: this.sequence,
      attributes: this.bag.finish(),
      outcome: outcomeOf(exit),
      exception: this.exceptionOf(exit),
      events: this.eventList && Object.freeze(this.eventList),
      links: this.linkList && Object.freeze(this.linkList.map(recordedLink))
    }
  }

  /** The exception to record for an exit. */
  protected exceptionOf(exit: Exit.Exit<unknown, unknown>): string | null {
    return exceptionOf(exit, this.limits, this.owner.redactor)
  }
}
