/**
 * Reads the part of a line that summaries need, without exact times or copies, at about a third of the cost of `decodeLine`.
 *
 * A line in the form that this package and the Python original write is checked directly. Any other line goes through `decodeLine`, so both always
 * agree on what a record is. The trap: attributes are returned as parsed, neither copied nor frozen.
 */
import { isoFromNanos, nanosFromIso } from "../instants.js"
import { durationOf, type OpenSpanData } from "../SpanData.js"
import type { Outcome } from "../SpanRecord.js"
import { type Fields, isFields } from "./fields.js"
import { type DecodedLine, decodeLine } from "./line.js"
import { RecordDecodeError } from "./RecordDecodeError.js"

/** Attributes as parsed, not normalised: values of any type. */
export type RawAttributes = { readonly [key: string]: unknown }

/** Facts about a span. */
interface AnySpanFacts {
  /** As written. */
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  /** `null` for a root. */
  readonly parentSpanId: string | null
  /** ISO-8601. */
  readonly startedAt: string
  /** As written. */
  readonly attributes: RawAttributes
}

/** A finished span. */
export interface SpanFacts extends AnySpanFacts {
  readonly kind: "span"
  /** ISO-8601, as written. If it contradicts the start and the duration, their sum is used, as in `decodeLine`. */
  readonly endedAt: string
  /** Milliseconds, ≥ 0. */
  readonly durationMs: number
  /** How the span ended; derived from the exception if the line has no outcome. */
  readonly outcome: Outcome
  /** `Name: message` of the error or defect; `null` if there was none. */
  readonly exception: string | null
}

/** A span that started. */
export interface StartFacts extends AnySpanFacts {
  readonly kind: "span_start"
}

/** A measurement, as written. */
export interface MetricFacts {
  readonly kind: "metric"
  /** As written. */
  readonly name: string
  /** Finite. */
  readonly value: number
  /** As written. */
  readonly attributes: RawAttributes
  /** ISO-8601. */
  readonly emittedAt: string
  /** The trace in which it was taken, if any. */
  readonly traceId: string | undefined
  /** The span in which it was taken, if any. */
  readonly spanId: string | undefined
}

/** Records that were not written. */
export interface DroppedFacts {
  readonly kind: "dropped"
  /** How many. */
  readonly count: number
}

/** The kinds of records that summaries count. */
type CountedFacts = SpanFacts | StartFacts | MetricFacts | DroppedFacts

/** The part of a record that summaries need. Records of other kinds are returned unchanged. */
export type Facts = CountedFacts | Exclude<DecodedLine, { readonly kind: CountedFacts["kind"] }>

/** Reads the part of a line that summaries need. */
export const decodeFacts = (source: string, line: number): Facts | RecordDecodeError => {
  let parsed: unknown
  try {
    parsed = JSON.parse(source)
  } catch {
    parsed = undefined
  }
  return (isFields(parsed) ? plainFacts(parsed) : undefined) ?? fullyDecoded(source, line)
}

const fullyDecoded = (source: string, line: number): Facts | RecordDecodeError => {
  const decoded = decodeLine(source, line)
  return decoded instanceof RecordDecodeError ? decoded : factsOf(decoded)
}

/** The facts of a decoded record. */
export const factsOf = (record: DecodedLine): Facts => {
  switch (record.kind) {
    case "span": {
      const { end, exception, outcome } = record.span
      const durationMs = durationOf(record.span)
      return {
        kind: "span",
        ...anySpanFactsOf(record.span),
        endedAt: isoFromNanos(end),
        durationMs,
        outcome,
        exception
      }
    }
    case "span_start":
      return { kind: "span_start", ...anySpanFactsOf(record.span) }
    case "metric": {
      const { attributes, name, spanId, time, traceId, value } = record.metric
      return { kind: "metric", name, value, attributes, emittedAt: isoFromNanos(time), traceId, spanId }
    }
    case "dropped":
      return { kind: "dropped", count: record.dropped.count }
    default:
      return record
  }
}

const anySpanFactsOf = ({ attributes, name, parentSpanId, spanId, start, traceId }: OpenSpanData): AnySpanFacts => ({
  name,
  traceId,
  spanId,
  parentSpanId,
  startedAt: isoFromNanos(start),
  attributes
})

/** The facts of a record in the usual form; `undefined` for any other line, valid or not. */
const plainFacts = (fields: Fields): Facts | undefined => {
  switch (fields["kind"]) {
    case "span":
      return span(fields)
    case "metric":
      return metric(fields)
    case "span_start":
      return start(fields)
    default:
      return undefined
  }
}

const span = (fields: Fields): SpanFacts | undefined => {
  const { duration_ms, ended_at, exception, name, outcome, parent_span_id, span_id, started_at, trace_id } = fields
  const attributes = fields["attributes"]
  return isText(name) && isText(trace_id) && isText(span_id) && isTextOrNone(parent_span_id) &&
      isTime(started_at) && isTime(ended_at) && isDuration(duration_ms) && isFields(attributes) &&
      hasExactLabels(attributes) &&
      isTextOrNone(exception) && isOutcome(outcome) &&
      fields["events"] === undefined && fields["links"] === undefined
    ? {
      kind: "span",
      name,
      traceId: trace_id,
      spanId: span_id,
      parentSpanId: parent_span_id ?? null,
      startedAt: started_at,
      endedAt: endOf(started_at, ended_at, duration_ms),
      durationMs: duration_ms,
      attributes,
      outcome: outcome ?? (typeof exception === "string" ? "failure" : "success"),
      exception: exception ?? null
    }
    : undefined
}

/** The end of a span: as written if it is within a microsecond of start plus duration, otherwise that sum. */
const endOf = (started: string, ended: string, millis: number): string => {
  const nanos = Math.round(millis * 1_000_000)
  return Math.abs(microsBetween(started, ended) * 1000 - nanos) < 1000
    ? ended
    : isoFromNanos((nanosFromIso(started) ?? BigInt(0)) + BigInt(nanos))
}

/** Microseconds between two times in the usual form. */
const microsBetween = (from: string, to: string): number => {
  const seconds = from.slice(0, 19) === to.slice(0, 19) ? 0 : secondOf(to) - secondOf(from)
  return seconds * 1000 + fractionOf(to) - fractionOf(from)
}

/** The whole second of a time, in milliseconds since the epoch. */
const secondOf = (time: string): number => Date.parse(`${time.slice(0, 19)}Z`)

/** The microseconds of a time within its second. */
const fractionOf = (time: string): number => time[19] === "." ? Number(time.slice(20, 26)) : 0

const start = (fields: Fields): StartFacts | undefined => {
  const { attributes, name, parent_span_id, span_id, started_at, trace_id } = fields
  return isText(name) && isText(trace_id) && isText(span_id) && isTextOrNone(parent_span_id) &&
      isTime(started_at) && isFields(attributes)
    ? {
      kind: "span_start",
      name,
      traceId: trace_id,
      spanId: span_id,
      parentSpanId: parent_span_id ?? null,
      startedAt: started_at,
      attributes
    }
    : undefined
}

const metric = (fields: Fields): MetricFacts | undefined => {
  const { attributes, emitted_at, name, span_id, trace_id, value } = fields
  return isText(name) && isNumber(value) && isFields(attributes) && hasExactLabels(attributes) && isTime(emitted_at) &&
      isTextOrNone(trace_id) && isTextOrNone(span_id)
    ? {
      kind: "metric",
      name,
      value,
      attributes,
      emittedAt: emitted_at,
      traceId: trace_id ?? undefined,
      spanId: span_id ?? undefined
    }
    : undefined
}

/** Whether user and session are exact: parsing may have lost digits of a large integer, which `decodeLine` keeps. */
const hasExactLabels = ({ session_id, user_id }: Fields): boolean =>
  !(isNumber(user_id) && Math.abs(user_id) > Number.MAX_SAFE_INTEGER) &&
  !(isNumber(session_id) && Math.abs(session_id) > Number.MAX_SAFE_INTEGER)

const isText = (value: unknown): value is string => typeof value === "string"

const isTextOrNone = (value: unknown): value is string | null | undefined =>
  value === null || value === undefined || typeof value === "string"

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value)

/** At most a thousand years, in milliseconds; anything longer goes through `decodeLine`. */
const isDuration = (value: unknown): value is number => isNumber(value) && value >= 0 && value < 3.2e13

const isOutcome = (value: unknown): value is Outcome | undefined =>
  value === undefined || value === "success" || value === "failure" || value === "interrupted"

// Only days that exist in every year: 29 February goes through `decodeLine`.
const usualTime =
  /^\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{6})?(?:Z|\+00:00)$/

// In a busy program many records share a second.
let lastSecond = ""

const isTime = (value: unknown): value is string => {
  if (typeof value !== "string") {
    return false
  }
  if (value.length === 27 && value.startsWith(lastSecond) && lastSecond !== "") {
    return isFraction(value)
  }
  if (!usualTime.test(value)) {
    return false
  }
  lastSecond = value.slice(0, 20)
  return true
}

/** Whether six digits and `Z` follow the seconds. */
const isFraction = (value: string): boolean => {
  for (let at = 20; at < 26; at++) {
    const code = value.charCodeAt(at)
    if (code < 48 || code > 57) {
      return false
    }
  }
  return value.charCodeAt(26) === 90
}

/** A record's time as text that can be compared with others: in UTC, with microseconds and `Z`. */
export const comparable = (time: string): string =>
  time.length === 27 && time.endsWith("Z")
    ? time
    : time.length === 32 && time.endsWith("+00:00")
    ? `${time.slice(0, 26)}Z`
    : isoFromNanos(nanosFromIso(time) ?? BigInt(0))
