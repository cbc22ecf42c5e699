/**
 * Builds trees from the records that in-memory sinks keep.
 */
import { instantsOf, nanosFromDate } from "../../records/instants.js"
import type { MetricRecord } from "../../records/MetricRecord.js"
import { MetricData, SpanData } from "../../records/SpanData.js"
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
  const known = instantsOf(span)
  const start = known?.start ?? nanosFromDate(span.startedAt)
  return {
    kind: "span",
    span: new SpanData(
      span.name,
      span.traceId,
      span.spanId,
      span.parentSpanId,
      start,
      known?.end ?? start + BigInt(Math.round(span.durationMs * 1_000_000)),
      known?.sequence ?? order,
      span.attributes,
      span.outcome,
      span.exception,
      span.events.map(({ attributes, name, time }) => ({ name, time: nanosFromDate(time), attributes })),
      span.links
    )
  }
}

const startOf = (span: SpanStart, order: number): DecodedLine => {
  const known = instantsOf(span)
  const start = known?.start ?? nanosFromDate(span.startedAt)
  const { attributes, name, parentSpanId, spanId, traceId } = span
  return {
    kind: "span_start",
    span: { name, traceId, spanId, parentSpanId, start, sequence: known?.sequence ?? order, attributes }
  }
}

const metricOf = (metric: MetricRecord): DecodedLine => ({
  kind: "metric",
  metric: new MetricData(
    metric.name,
    metric.value,
    metric.instrumentKind,
    metric.attributes,
    instantsOf(metric)?.start ?? nanosFromDate(metric.emittedAt),
    metric.traceId,
    metric.spanId
  )
})
