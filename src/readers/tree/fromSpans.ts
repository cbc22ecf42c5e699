/**
 * Trees from the records that sinks in memory keep.
 */
import { nanosFromDate, sequenceFromDate } from "../../records/instants.js"
import type { MetricRecord } from "../../records/MetricRecord.js"
import type { SpanRecord, SpanStart } from "../../records/SpanRecord.js"
import type { DecodedLine } from "../../records/wire/decode.js"
import { Grower } from "./Grower.js"
import type { TraceForest } from "./TraceNode.js"

/** What there is beside finished spans. */
export interface OtherRecords {
  /** Spans that have not ended. */
  readonly open?: Iterable<SpanStart>
  /** Measurements; those taken in a span are put below it. */
  readonly metrics?: Iterable<MetricRecord>
}

/** The trees of records in memory. */
export const fromSpans = (spans: Iterable<SpanRecord>, { metrics = [], open = [] }: OtherRecords = {}): TraceForest => {
  const grower = new Grower()
  let order = 0
  for (const span of spans) {
    grower.record(spanOf(span, ++order))
  }
  for (const span of open) {
    grower.record(startOf(span, ++order))
  }
  for (const metric of metrics) {
    grower.record(metricOf(metric))
  }
  return grower.forest()
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
