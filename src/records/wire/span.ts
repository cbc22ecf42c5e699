/**
 * Encodes and decodes spans: those that have ended, and those that were open when the line was written.
 *
 * Also decodes lines of the Python original, which have no `outcome` and write offsets as `+00:00`.
 */
import { elapsedMs, isoFromNanos } from "../instants.js"
import { memoize, memoizeLast } from "../memoize.js"
import { durationOf, type EventData, type OpenSpanData, type SpanData } from "../SpanData.js"
import type { Outcome, SpanLink } from "../SpanRecord.js"
import { attributes, type Fields, finite, Flaw, instant, list, nullableString, part, string } from "./fields.js"
import { attributesJson, textJson } from "./json.js"

/** A span that has ended, with its duration. */
export interface DecodedSpan extends SpanData {
  /** Elapsed milliseconds, ≥ 0, fractional. */
  readonly durationMs: number
}

/** Encodes a finished span as a line. */
export const encodeSpan = (span: SpanData): string => {
  const head = `${spanLead(span.name)}${identity(span)}"started_at":"${isoFromNanos(span.start)}","ended_at":"${
    isoFromNanos(span.end)
  }","duration_ms":${durationOf(span)},"attributes":${attributesJson(span.attributes)}`
  const outcome = span.outcome === "success" && span.exception === null ? plainSuccess : encodeOutcome(span)
  return span.events === undefined && span.links === undefined
    ? `${head}${outcome}}`
    : `${head}${outcome}${encodeEvents(span)}${encodeLinks(span)}}`
}

/** Encodes an open span as a line. */
export const encodeSpanStart = (span: OpenSpanData): string =>
  `{"kind":"span_start","name":${textJson(span.name)},${identity(span)}"started_at":"${
    isoFromNanos(span.start)
  }","attributes":${attributesJson(span.attributes)}}`

const spanLead = /* @__PURE__ */ memoize(512, (name) => ["{\"kind\":\"span\",\"name\":", textJson(name), ","].join(""))

// Another tracer may have taken ids from a request's headers, so they are escaped like any other string.
const identity = ({ parentSpanId, spanId, traceId }: OpenSpanData): string =>
  `${trace(traceId)}${textJson(spanId)}${parentSpanId === null ? noParent : parent(parentSpanId)}`

const trace = /* @__PURE__ */ memoizeLast((traceId) => ["\"trace_id\":", textJson(traceId), ",\"span_id\":"])

const parent = /* @__PURE__ */ memoizeLast((spanId) => [",\"parent_span_id\":", textJson(spanId), ","])

const noParent = ",\"parent_span_id\":null,"

const plainSuccess = ",\"outcome\":\"success\",\"exception\":null"

const encodeOutcome = ({ exception, outcome }: SpanData): string =>
  `,"outcome":"${outcome}","exception":${exception === null ? "null" : JSON.stringify(exception)}`

const encodeEvents = (span: SpanData): string =>
  span.events === undefined || span.events.length === 0
    ? ""
    : `,"events":[${
      span.events.map((event) =>
        `{"name":${textJson(event.name)},"time":"${isoFromNanos(event.time)}","attributes":${
          attributesJson(event.attributes)
        }}`
      ).join(",")
    }]`

const encodeLinks = (span: SpanData): string =>
  span.links === undefined || span.links.length === 0
    ? ""
    : `,"links":[${
      span.links.map((link) =>
        `{"trace_id":${textJson(link.traceId)},"span_id":${textJson(link.spanId)},"attributes":${
          attributesJson(link.attributes)
        }}`
      ).join(",")
    }]`

/** Decodes a finished span from the fields of a line. `line` orders spans with equal times. */
export const decodeSpan = (fields: Fields, line: number): DecodedSpan => {
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
 * The duration is more precise than the times: nanoseconds, not microseconds. The start is moved within its microsecond so that the end matches the
 * written one. A record that is read and written again is then the same line.
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
    throw new Flaw("duration_ms", "is too long")
  }
  return BigInt(nanos)
}

/** Decodes an open span from the fields of a line. */
export const decodeSpanStart = (fields: Fields, line: number): OpenSpanData => ({
  name: string(fields, "name"),
  traceId: string(fields, "trace_id"),
  spanId: string(fields, "span_id"),
  parentSpanId: nullableString(fields, "parent_span_id"),
  start: instant(fields, "started_at"),
  sequence: line,
  attributes: attributes(fields["attributes"])
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

const outcome = (value: unknown, exception: string | null): Outcome => {
  switch (value) {
    case undefined:
      return exception === null ? "success" : "failure"
    case "success":
    case "failure":
    case "interrupted":
      return value
    default:
      throw new Flaw("outcome", "is not one of success, failure, interrupted")
  }
}
