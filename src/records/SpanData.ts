/**
 * A finished span as the package itself passes it on: ids and exact times, with the record made only when someone asks.
 *
 * Sinks that write or count never need the two `Date`s and the frozen copy that a `SpanRecord` is; making them late is most of
 * what keeps a recorded span cheap. All fields are final and normalised; the attributes themselves are frozen when a record is made.
 */
import type { Attributes } from "./attributes.js"
import { dateFromNanos, elapsedMs } from "./instants.js"
import type { InstrumentKind, MetricRecord } from "./MetricRecord.js"
import type { Outcome, SpanEvent, SpanLink, SpanRecord, SpanStart } from "./SpanRecord.js"

/** An event with its exact time. */
export interface EventData {
  /** What happened; of a log line its text. */
  readonly name: string
  /** Nanoseconds since the epoch. */
  readonly time: bigint
  /** Normalised: see `Attributes`. Not changed any more; frozen when a record is made. */
  readonly attributes: Attributes
}

const noEvents: ReadonlyArray<SpanEvent> = Object.freeze([])
const noLinks: ReadonlyArray<SpanLink> = Object.freeze([])

/** A finished span. */
export interface SpanData {
  /** What the program called it, such as `loom.turn`. */
  readonly name: string
  /** The trace: 32 lower-case hexadecimal digits where this package made it. */
  readonly traceId: string
  /** The span: 16 lower-case hexadecimal digits where this package made it. */
  readonly spanId: string
  /** The span that it ran in: its `spanId`, or `null` for a root. */
  readonly parentSpanId: string | null
  /** Nanoseconds since the epoch. */
  readonly start: bigint
  /** Nanoseconds since the epoch; never before `start`. */
  readonly end: bigint
  /** The order of opening. */
  readonly sequence: number
  /** Normalised: see `Attributes`. Not changed any more; frozen when a record is made. */
  readonly attributes: Attributes
  /** How its body ended. */
  readonly outcome: Outcome
  /** `Name: message` of what the body failed or died with; `null` where it did not. */
  readonly exception: string | null
  /** In the order in which they happened; `undefined` where there are none. */
  readonly events: ReadonlyArray<EventData> | undefined
  /** `undefined` where there are none. */
  readonly links: ReadonlyArray<SpanLink> | undefined
}

/** Elapsed milliseconds, ≥ 0, fractional. */
export const durationOf = ({ end, start }: Pick<SpanData, "start" | "end">): number => elapsedMs(start, end)

/** The public record of a finished span. */
export const spanRecord = (data: SpanData): SpanRecord => {
  const record: SpanRecord = {
    name: data.name,
    traceId: data.traceId,
    spanId: data.spanId,
    parentSpanId: data.parentSpanId,
    startedAt: dateFromNanos(data.start, data.sequence),
    endedAt: dateFromNanos(data.end),
    durationMs: durationOf(data),
    attributes: Object.freeze(data.attributes),
    outcome: data.outcome,
    exception: data.exception,
    events: data.events === undefined ? noEvents : Object.freeze(data.events.map(spanEvent)),
    links: data.links ?? noLinks
  }
  return Object.freeze(record)
}

const spanEvent = (event: EventData): SpanEvent =>
  Object.freeze({ name: event.name, time: dateFromNanos(event.time), attributes: event.attributes })

/** What is known of a span while it is open. */
export interface OpenSpanData {
  /** What the program called it, such as `loom.turn`. */
  readonly name: string
  /** The trace: 32 lower-case hexadecimal digits where this package made it. */
  readonly traceId: string
  /** The span: 16 lower-case hexadecimal digits where this package made it. */
  readonly spanId: string
  /** The span that it ran in: its `spanId`, or `null` for a root. */
  readonly parentSpanId: string | null
  /** Nanoseconds since the epoch. */
  readonly start: bigint
  /** The order of opening. */
  readonly sequence: number
  /** Those that it has so far. */
  readonly attributes: Attributes
}

/** The public record of an open span. */
export const spanStart = (data: OpenSpanData): SpanStart => {
  const record: SpanStart = {
    name: data.name,
    traceId: data.traceId,
    spanId: data.spanId,
    parentSpanId: data.parentSpanId,
    startedAt: dateFromNanos(data.start, data.sequence),
    attributes: data.attributes
  }
  return Object.freeze(record)
}

/** A measurement with its exact time. */
export interface MetricData {
  /** Such as `loom.tokens.input`; never empty. */
  readonly name: string
  /** Finite; for a counter also ≥ 0. */
  readonly value: number
  /** What the name's suffix says, or the line that it was read from. */
  readonly instrumentKind: InstrumentKind
  /** Normalised: see `Attributes`. Not changed any more; frozen when a record is made. */
  readonly attributes: Attributes
  /** Nanoseconds since the epoch. */
  readonly time: bigint
  /** The trace of the span that it was taken in, where there was one. */
  readonly traceId: string | undefined
  /** The span that it was taken in, where there was one. */
  readonly spanId: string | undefined
}

/** The public record of a measurement. */
export const metricRecord = (data: MetricData): MetricRecord => {
  const base = {
    name: data.name,
    value: data.value,
    instrumentKind: data.instrumentKind,
    attributes: Object.freeze(data.attributes),
    emittedAt: dateFromNanos(data.time)
  }
  const record: MetricRecord = data.traceId === undefined || data.spanId === undefined
    ? base
    : { ...base, traceId: data.traceId, spanId: data.spanId }
  return Object.freeze(record)
}
