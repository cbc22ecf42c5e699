/**
 * Spans and measurements as the package passes them around internally, with exact times. Public records are made on demand.
 *
 * Sinks that write or count never need the two `Date`s and the frozen copy of a `SpanRecord`; making them lazily is most of what
 * keeps a recorded span cheap. All fields are final and normalised; attributes are frozen when a record is made.
 */
import type { Attributes } from "./attributes.js"
import { dateFromNanos, elapsedMs, nanosFromDate, sequenceFromDate } from "./instants.js"
import type { InstrumentKind, MetricRecord } from "./MetricRecord.js"
import type { SpanEvent, SpanLink, SpanRecord, SpanStart } from "./SpanRecord.js"

/** An event with its exact time. */
export interface EventData {
  /** What happened; for a log entry, its message. */
  readonly name: string
  /** Nanoseconds since the epoch. */
  readonly time: bigint
  /** Normalised; frozen when a record is made. */
  readonly attributes: Attributes
}

const noEvents: ReadonlyArray<SpanEvent> = Object.freeze([])
const noLinks: ReadonlyArray<SpanLink> = Object.freeze([])

/** A span that is still open. Same as its record, except that the time is exact. */
export interface OpenSpanData extends Omit<SpanStart, "startedAt"> {
  /** Nanoseconds since the epoch. */
  readonly start: bigint
  /** Orders spans by when they opened. */
  readonly sequence: number
}

/** The fields of a record that its data holds in another form. */
type OtherForm = keyof SpanStart | "endedAt" | "durationMs" | "events" | "links"

/** A finished span. Same as its record, except that times are exact. Attributes no longer change; they are frozen when a record is made. */
export interface SpanData extends OpenSpanData, Omit<SpanRecord, OtherForm> {
  /** Nanoseconds since the epoch; never before `start`. */
  readonly end: bigint
  /** In the order in which they happened; `undefined` if there are none. */
  readonly events: ReadonlyArray<EventData> | undefined
  /** `undefined` if there are none. */
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

/** The data of a record. `order` is its `sequence` if the record has none. */
export const spanData = (record: SpanRecord, order: number): SpanData => {
  const start = nanosFromDate(record.startedAt)
  return {
    name: record.name,
    traceId: record.traceId,
    spanId: record.spanId,
    parentSpanId: record.parentSpanId,
    start,
    end: start + BigInt(Math.round(record.durationMs * 1_000_000)),
    sequence: sequenceFromDate(record.startedAt) ?? order,
    attributes: record.attributes,
    outcome: record.outcome,
    exception: record.exception,
    events: record.events.map(({ attributes, name, time }) => ({ name, time: nanosFromDate(time), attributes })),
    links: record.links
  }
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

/** The data of an open span's record; `order` as in `spanData`. */
export const openSpanData = (record: SpanStart, order: number): OpenSpanData => ({
  name: record.name,
  traceId: record.traceId,
  spanId: record.spanId,
  parentSpanId: record.parentSpanId,
  start: nanosFromDate(record.startedAt),
  sequence: sequenceFromDate(record.startedAt) ?? order,
  attributes: record.attributes
})

/** A measurement with its exact time. */
export interface MetricData {
  /** Such as `loom.tokens.input`; never empty. */
  readonly name: string
  /** Finite; for a counter also ≥ 0. */
  readonly value: number
  /** From the suffix of the name, or from the line it was read from. */
  readonly instrumentKind: InstrumentKind
  /** Normalised; frozen when a record is made. */
  readonly attributes: Attributes
  /** Nanoseconds since the epoch. */
  readonly time: bigint
  /** The trace in which it was taken, if any. */
  readonly traceId: string | undefined
  /** The span in which it was taken, if any. */
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

/** The data of a measurement's record. */
export const metricData = (record: MetricRecord): MetricData => ({
  name: record.name,
  value: record.value,
  instrumentKind: record.instrumentKind,
  attributes: record.attributes,
  time: nanosFromDate(record.emittedAt),
  traceId: record.traceId,
  spanId: record.spanId
})
