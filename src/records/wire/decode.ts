/**
 * The wire format, reading: a line becomes a record, or an error that says what is wrong with it.
 *
 * Lines of the Python original are read too: they have no `outcome` and write offsets as `+00:00`.
 * Fields that are not known are ignored, so that files of later versions can be read.
 */
import type { Attributes } from "../attributes.js"
import { defaultLimits, normalizeValue } from "../attributes.js"
import { dateFromNanos, elapsedMs, nanosFromIso } from "../instants.js"
import type { InstrumentKind } from "../MetricRecord.js"
import { instrumentKind } from "../MetricRecord.js"
import { setOwn } from "../setOwn.js"
import type { EventData, MetricData, OpenSpanData, SpanData } from "../SpanData.js"
import type { Outcome, SpanLink } from "../SpanRecord.js"
import type { DroppedRecord } from "./encode.js"
import { RecordDecodeError } from "./RecordDecodeError.js"

/** A span that has ended, with what readers ask for most. */
export interface DecodedSpan extends SpanData {
  /** Elapsed milliseconds, ≥ 0, fractional. */
  readonly durationMs: number
}

/** What one line holds. */
export type DecodedLine =
  | {
    readonly kind: "span"
    /** A span that has ended. */
    readonly span: DecodedSpan
  }
  | {
    readonly kind: "metric"
    /** A measurement. */
    readonly metric: MetricData
  }
  | {
    readonly kind: "span_start"
    /** A span that was open when the line was written. */
    readonly span: OpenSpanData
  }
  | {
    readonly kind: "dropped"
    /** Records that were not written. */
    readonly dropped: DroppedRecord
  }

/** A parsed JSON object. */
export type Fields = { readonly [key: string]: unknown }

/** Thrown inside this module only; says which field is wrong and how. */
class Flaw {
  constructor(readonly field: string, readonly problem: string) {}
}

/**
 * Reads one line. `line` counts from 1 and is put on the error; it also orders spans that have the same times.
 */
export const decodeLine = (source: string, line: number): DecodedLine | RecordDecodeError => {
  const fail = (field: string | undefined, problem: string) =>
    new RecordDecodeError({ line, field, problem, source: source.slice(0, 200) })
  let parsed: unknown
  try {
    parsed = JSON.parse(source)
  } catch {
    return fail(undefined, "it is not valid JSON (a torn or foreign line)")
  }
  if (!isFields(parsed)) {
    return fail(undefined, "it is not a JSON object")
  }
  try {
    return decodeFields(parsed, line)
  } catch (flaw) {
    if (flaw instanceof Flaw) {
      return fail(flaw.field, flaw.problem)
    }
    throw flaw
  }
}

const decodeFields = (fields: Fields, line: number): DecodedLine => {
  switch (fields["kind"]) {
    case "span":
      return { kind: "span", span: span(fields, line) }
    case "metric":
      return { kind: "metric", metric: metric(fields) }
    case "span_start":
      return { kind: "span_start", span: open(fields, line) }
    case "dropped":
      return { kind: "dropped", dropped: dropped(fields) }
    default:
      throw new Flaw("kind", "is none of span, metric, span_start, dropped")
  }
}

const span = (fields: Fields, line: number): DecodedSpan => {
  const [start, end] = interval(fields)
  const exception = nullableString(fields, "exception")
  return {
    name: string(fields, "name"),
    traceId: string(fields, "trace_id"),
    spanId: string(fields, "span_id"),
    parentSpanId: nullableString(fields, "parent_span_id"),
    start,
    end,
    durationMs: elapsedMs(start, end),
    sequence: line,
    attributes: attributes(fields["attributes"]),
    outcome: outcome(fields["outcome"], exception),
    exception,
    events: fields["events"] === undefined ? undefined : list(fields, "events").map(event),
    links: fields["links"] === undefined ? undefined : Object.freeze(list(fields, "links").map(link))
  }
}

/**
 * The duration was measured in nanoseconds, the times are written in microseconds: the duration is the finer one. Within its
 * microsecond the start is put where the end is the one that was written, so that a record that is read and written again is the same line.
 */
const interval = (fields: Fields): readonly [start: bigint, end: bigint] => {
  const written = instant(fields, "started_at")
  const elapsed = nanosOf(finite(fields, "duration_ms"))
  const late = instant(fields, "ended_at") - elapsed - written
  const start = late > 0 && late < 1000 ? written + late : written
  return [start, start + elapsed]
}

const nanosOf = (millis: number): bigint => {
  const nanos = Math.round(Math.max(0, millis) * 1_000_000)
  if (!Number.isFinite(nanos)) {
    throw new Flaw("duration_ms", "is longer than can be")
  }
  return BigInt(nanos)
}

const open = (fields: Fields, line: number): OpenSpanData => ({
  name: string(fields, "name"),
  traceId: string(fields, "trace_id"),
  spanId: string(fields, "span_id"),
  parentSpanId: nullableString(fields, "parent_span_id"),
  start: instant(fields, "started_at"),
  sequence: line,
  attributes: attributes(fields["attributes"])
})

const metric = (fields: Fields): MetricData => {
  const name = string(fields, "name")
  return {
    name,
    value: finite(fields, "value"),
    instrumentKind: kindOf(fields["instrument_kind"], name),
    attributes: attributes(fields["attributes"]),
    time: instant(fields, "emitted_at"),
    traceId: optionalString(fields, "trace_id"),
    spanId: optionalString(fields, "span_id")
  }
}

const dropped = (fields: Fields): DroppedRecord => ({
  count: finite(fields, "count"),
  reason: string(fields, "reason"),
  at: dateFromNanos(instant(fields, "at"))
})

const event = (value: unknown): EventData => {
  const fields = part(value, "events")
  return Object.freeze({
    name: string(fields, "name"),
    time: instant(fields, "time"),
    attributes: attributes(fields["attributes"])
  })
}

const link = (value: unknown): SpanLink => {
  const fields = part(value, "links")
  return Object.freeze({
    traceId: string(fields, "trace_id"),
    spanId: string(fields, "span_id"),
    attributes: attributes(fields["attributes"])
  })
}

const part = (value: unknown, field: string): Fields => {
  if (!isFields(value)) {
    throw new Flaw(field, "holds something that is not an object")
  }
  return value
}

/** Whether a parsed value is a JSON object. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const string = (fields: Fields, key: string): string => {
  const value = fields[key]
  if (typeof value !== "string") {
    throw new Flaw(key, "is not a string")
  }
  return value
}

const nullableString = (fields: Fields, key: string): string | null =>
  fields[key] === null || fields[key] === undefined ? null : string(fields, key)

const optionalString = (fields: Fields, key: string): string | undefined => nullableString(fields, key) ?? undefined

const finite = (fields: Fields, key: string): number => {
  const value = fields[key]
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new Flaw(key, "is not a finite number")
  }
  return value
}

const instant = (fields: Fields, key: string): bigint => {
  const nanos = nanosFromIso(string(fields, key))
  if (nanos === undefined) {
    throw new Flaw(key, "is not an ISO-8601 time with an offset")
  }
  return nanos
}

const list = (fields: Fields, key: string): ReadonlyArray<unknown> => {
  const value = fields[key]
  if (!Array.isArray(value)) {
    throw new Flaw(key, "is not an array")
  }
  return value
}

// What was written was within its writer's limits; reading must not cut it again.
const unlimited = { ...defaultLimits, valueLength: Infinity, depth: 64, items: Infinity }

const attributes = (value: unknown): Attributes => {
  if (value === undefined || value === null) {
    return Object.freeze({})
  }
  if (!isFields(value)) {
    throw new Flaw("attributes", "is not an object")
  }
  const out: Record<string, Attributes[string]> = {}
  for (const key of Object.keys(value)) {
    const safe = normalizeValue(value[key], unlimited)
    if (safe !== undefined) {
      setOwn(out, key, safe)
    }
  }
  return Object.freeze(out)
}

const outcome = (value: unknown, exception: string | null): Outcome => {
  switch (value) {
    case undefined:
      return exception === null ? "success" : "failure"
    case "success":
    case "failure":
    case "interrupted":
      return value
    default:
      throw new Flaw("outcome", "is none of success, failure, interrupted")
  }
}

const kindOf = (value: unknown, name: string): InstrumentKind =>
  value === "counter" || value === "histogram" ? value : instrumentKind(name)
