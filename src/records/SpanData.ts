/**
 * A finished span as the package itself passes it on: ids and exact times, with the record made only when someone asks.
 *
 * Sinks that write or count never need the two `Date`s and the frozen copy that a `SpanRecord` is; making them late is most of
 * what keeps a recorded span cheap. All fields are final: attributes, events and links are already normalised and frozen.
 */
import type { Attributes } from "./attributes.js"
import { dateFromNanos, elapsedMs, rememberInstants } from "./instants.js"
import type { InstrumentKind, MetricRecord } from "./MetricRecord.js"
import type { Outcome, SpanEvent, SpanLink, SpanRecord, SpanStart } from "./SpanRecord.js"

/** An event with its exact time. */
export interface EventData {
  readonly name: string
  /** Nanoseconds since the epoch. */
  readonly time: bigint
  readonly attributes: Attributes
}

const noEvents: ReadonlyArray<SpanEvent> = Object.freeze([])
const noLinks: ReadonlyArray<SpanLink> = Object.freeze([])

/** A finished span. */
export class SpanData {
  constructor(
    readonly name: string,
    readonly traceId: string,
    readonly spanId: string,
    readonly parentSpanId: string | null,
    /** Nanoseconds since the epoch. */
    readonly start: bigint,
    /** Nanoseconds since the epoch; never before `start`. */
    readonly end: bigint,
    /** The order of opening. */
    readonly sequence: number,
    readonly attributes: Attributes,
    readonly outcome: Outcome,
    readonly exception: string | null,
    readonly events: ReadonlyArray<EventData> | undefined,
    readonly links: ReadonlyArray<SpanLink> | undefined
  ) {}

  /** Elapsed milliseconds, ≥ 0, fractional. */
  get durationMs(): number {
    return elapsedMs(this.start, this.end)
  }
}

/** The public record of a finished span. */
export const spanRecord = (data: SpanData): SpanRecord => {
  const record: SpanRecord = {
    name: data.name,
    traceId: data.traceId,
    spanId: data.spanId,
    parentSpanId: data.parentSpanId,
    startedAt: dateFromNanos(data.start),
    endedAt: dateFromNanos(data.end),
    durationMs: data.durationMs,
    attributes: data.attributes,
    outcome: data.outcome,
    exception: data.exception,
    events: data.events === undefined ? noEvents : Object.freeze(data.events.map(spanEvent)),
    links: data.links ?? noLinks
  }
  rememberInstants(record, data)
  return Object.freeze(record)
}

const spanEvent = (event: EventData): SpanEvent =>
  Object.freeze({ name: event.name, time: dateFromNanos(event.time), attributes: event.attributes })

/** What is known of a span while it is open. */
export interface OpenSpanData {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | null
  readonly start: bigint
  readonly sequence: number
  readonly attributes: Attributes
}

/** The public record of an open span. */
export const spanStart = (data: OpenSpanData): SpanStart => {
  const record: SpanStart = {
    name: data.name,
    traceId: data.traceId,
    spanId: data.spanId,
    parentSpanId: data.parentSpanId,
    startedAt: dateFromNanos(data.start),
    attributes: data.attributes
  }
  rememberInstants(record, { start: data.start, end: data.start, sequence: data.sequence })
  return Object.freeze(record)
}

/** A measurement with its exact time. */
export class MetricData {
  constructor(
    readonly name: string,
    readonly value: number,
    readonly instrumentKind: InstrumentKind,
    readonly attributes: Attributes,
    /** Nanoseconds since the epoch. */
    readonly time: bigint,
    readonly traceId: string | undefined,
    readonly spanId: string | undefined
  ) {}
}

/** The public record of a measurement. */
export const metricRecord = (data: MetricData): MetricRecord => {
  const base = {
    name: data.name,
    value: data.value,
    instrumentKind: data.instrumentKind,
    attributes: data.attributes,
    emittedAt: dateFromNanos(data.time)
  }
  const record: MetricRecord = data.traceId === undefined || data.spanId === undefined
    ? base
    : { ...base, traceId: data.traceId, spanId: data.spanId }
  rememberInstants(record, { start: data.time, end: data.time, sequence: 0 })
  return Object.freeze(record)
}
