/**
 * The wire format, writing: one record, one line of strict JSON, snake_case, in a fixed key order, times with microseconds.
 *
 * Attributes are normalised before they come here, so that `JSON.stringify` of them can neither throw nor call foreign code.
 * The line does not include its final newline.
 */
import { isoFromNanos, nanosFromDate } from "./instants.js"
import type { MetricData, OpenSpanData, SpanData } from "./SpanData.js"

/** Records that were not written, and why; written when writing works again. */
export interface DroppedRecord {
  /** How many, ≥ 1. */
  readonly count: number
  readonly reason: string
  readonly at: Date
}

/** A finished span as a line. */
export const encodeSpan = (span: SpanData): string => {
  const head = `{"kind":"span",${identity(span)},"started_at":"${isoFromNanos(span.start)}","ended_at":"${
    isoFromNanos(span.end)
  }","duration_ms":${span.durationMs},"attributes":${JSON.stringify(span.attributes)},"outcome":"${span.outcome}"`
  const exception = span.exception === null ? ",\"exception\":null" : `,"exception":${JSON.stringify(span.exception)}`
  return `${head}${exception}${encodeEvents(span)}${encodeLinks(span)}}`
}

/** An open span as a line. */
export const encodeSpanStart = (span: OpenSpanData): string =>
  `{"kind":"span_start",${identity(span)},"started_at":"${isoFromNanos(span.start)}","attributes":${
    JSON.stringify(span.attributes)
  }}`

/** A measurement as a line. */
export const encodeMetric = (metric: MetricData): string => {
  const place = metric.traceId === undefined || metric.spanId === undefined
    ? ""
    : `,"trace_id":${JSON.stringify(metric.traceId)},"span_id":${JSON.stringify(metric.spanId)}`
  return `{"kind":"metric","name":${
    JSON.stringify(metric.name)
  },"value":${metric.value},"instrument_kind":"${metric.instrumentKind}","attributes":${
    JSON.stringify(metric.attributes)
  },"emitted_at":"${isoFromNanos(metric.time)}"${place}}`
}

/** A loss as a line. */
export const encodeDropped = (dropped: DroppedRecord): string =>
  `{"kind":"dropped","count":${dropped.count},"reason":${JSON.stringify(dropped.reason)},"at":"${
    isoFromNanos(nanosFromDate(dropped.at))
  }"}`

// Ids may come from a request's headers through another tracer: they are quoted like any other text.
const identity = (span: OpenSpanData): string =>
  `"name":${quoted(span.name)},"trace_id":${quoted(span.traceId)},"span_id":${quoted(span.spanId)},"parent_span_id":${
    span.parentSpanId === null ? "null" : quoted(span.parentSpanId)
  }`

const isPlain = /^[\w.:-]*$/

/** A text as JSON. Nearly every name and id is plain, and to see that costs less than a call of `JSON.stringify`. */
const quoted = (text: string): string => isPlain.test(text) ? `"${text}"` : JSON.stringify(text)

const encodeEvents = (span: SpanData): string =>
  span.events === undefined || span.events.length === 0
    ? ""
    : `,"events":[${
      span.events.map((event) =>
        `{"name":${JSON.stringify(event.name)},"time":"${isoFromNanos(event.time)}","attributes":${
          JSON.stringify(event.attributes)
        }}`
      ).join(",")
    }]`

const encodeLinks = (span: SpanData): string =>
  span.links === undefined || span.links.length === 0
    ? ""
    : `,"links":[${
      span.links.map((link) =>
        `{"trace_id":${JSON.stringify(link.traceId)},"span_id":${JSON.stringify(link.spanId)},"attributes":${
          JSON.stringify(link.attributes)
        }}`
      ).join(",")
    }]`
