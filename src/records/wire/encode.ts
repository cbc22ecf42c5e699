/**
 * The wire format, writing: one record, one line of strict JSON, snake_case, in a fixed key order, times with microseconds.
 *
 * Attributes are normalised before they come here, so that `JSON.stringify` of them can neither throw nor call foreign code.
 * The line does not include its final newline.
 */
import { isoFromNanos, nanosFromDate } from "../instants.js"
import { remembered, rememberedLast } from "../remembered.js"
import { durationOf, type MetricData, type OpenSpanData, type SpanData } from "../SpanData.js"
import { attributesJson, textJson } from "./json.js"

/** Records that were not written, and why; written when writing works again. */
export interface DroppedRecord {
  /** How many, ≥ 1. */
  readonly count: number
  /** Why, in a word such as `queue_full`. */
  readonly reason: string
  /** When writing worked again, by the Clock. */
  readonly at: Date
}

/** A finished span as a line. */
export const encodeSpan = (span: SpanData): string => {
  const head = `${spanLead(span.name)}${identity(span)}"started_at":"${isoFromNanos(span.start)}","ended_at":"${
    isoFromNanos(span.end)
  }","duration_ms":${durationOf(span)},"attributes":${attributesJson(span.attributes)}`
  const outcome = span.outcome === "success" && span.exception === null ? plainSuccess : encodeOutcome(span)
  return span.events === undefined && span.links === undefined
    ? `${head}${outcome}}`
    : `${head}${outcome}${encodeEvents(span)}${encodeLinks(span)}}`
}

/** An open span as a line. */
export const encodeSpanStart = (span: OpenSpanData): string =>
  `{"kind":"span_start","name":${textJson(span.name)},${identity(span)}"started_at":"${
    isoFromNanos(span.start)
  }","attributes":${attributesJson(span.attributes)}}`

/** A measurement as a line. */
export const encodeMetric = (metric: MetricData): string => {
  const place = metric.traceId === undefined || metric.spanId === undefined
    ? ""
    : `,"trace_id":${textJson(metric.traceId)},"span_id":${textJson(metric.spanId)}`
  return `{"kind":"metric","name":${
    textJson(metric.name)
  },"value":${metric.value},"instrument_kind":"${metric.instrumentKind}","attributes":${
    attributesJson(metric.attributes)
  },"emitted_at":"${isoFromNanos(metric.time)}"${place}}`
}

/** A loss as a line. */
export const encodeDropped = (dropped: DroppedRecord): string =>
  `{"kind":"dropped","count":${dropped.count},"reason":${JSON.stringify(dropped.reason)},"at":"${
    isoFromNanos(nanosFromDate(dropped.at))
  }"}`

const spanLead = remembered(512, (name) => ["{\"kind\":\"span\",\"name\":", textJson(name), ","].join(""))

// Ids may come from a request's headers through another tracer: they are quoted like any other text.
const identity = ({ parentSpanId, spanId, traceId }: OpenSpanData): string =>
  `${trace(traceId)}${textJson(spanId)}${parentSpanId === null ? noParent : parent(parentSpanId)}`

const trace = rememberedLast((traceId) => ["\"trace_id\":", textJson(traceId), ",\"span_id\":"])

const parent = rememberedLast((spanId) => [",\"parent_span_id\":", textJson(spanId), ","])

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
