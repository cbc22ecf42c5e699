/**
 * Builds trees from the records that in-memory sinks keep.
 */
import { nanosFromDate, sequenceFromDate } from "../../records/instants.js"
import type { MetricRecord } from "../../records/MetricRecord.js"
import type { SpanRecord, SpanStart } from "../../records/SpanRecord.js"
import type { DecodedLine } from "../../records/wire/decode.js"
import { TraceBuilder } from "./TraceBuilder.js"
import type { TraceForest } from "./TraceNode.js"

/** Records other than finished spans. */
export interface OtherRecords {
  /** Spans that have not ended. */
  readonly open?: Iterable<SpanStart>
  /** Measurements; those taken in a span are attached to it. */
  readonly metrics?: Iterable<MetricRecord>
}

/** The trees of records in memory. */
export const fromSpans = (spans: Iterable<SpanRecord>, { metrics = [], open = [] }: OtherRecords = {}): TraceForest => {
  const builder = new TraceBuilder()
  let order = 0
  for (const span of spans) {
    builder.add(spanOf(span, ++order))
  }
  for (const span of open) {
    builder.add(startOf(span, ++order))
  }
  for (const metric of metrics) {
    builder.add(metricOf(metric))
  }
  return builder.forest()
}

const spanOf = (span: SpanRecord, order: number): DecodedLine => {
  const start = nanosFromDate(span.startedAt)
  return {
    kind: "span",
    span: {
      name: span.name,
      traceId: span.traceId,
      spanId: span.spanId,
      parentSpanId: span.parentSpanId,
      start,
      end: start + BigInt(Math.round(span.durationMs * 1_000_000)),
      durationMs: span.durationMs,
      sequence: sequenceFromDate(span.startedAt) ?? order,
      attributes: span.attributes,
      outcome: span.outcome,
      exception: span.exception,
      events: span.events.map(({ attributes, name, time }) => ({ name, time: nanosFromDate(time), attributes })),
      links: span.links
    }
  }
}

const startOf = (span: SpanStart, order: number): DecodedLine => {
  const { attributes, name, parentSpanId, spanId, traceId } = span
  return {
    kind: "span_start",
    span: {
      name,
      traceId,
      spanId,
      parentSpanId,
      start: nanosFromDate(span.startedAt),
      sequence: sequenceFromDate(span.startedAt) ?? order,
      attributes
    }
  }
}

const metricOf = (metric: MetricRecord): DecodedLine => ({
  kind: "metric",
  metric: {
    name: metric.name,
    value: metric.value,
    instrumentKind: metric.instrumentKind,
    attributes: metric.attributes,
    time: nanosFromDate(metric.emittedAt),
    traceId: metric.traceId,
    spanId: metric.spanId
  }
})
