/**
 * Encodes and decodes measurements.
 */
import { isoFromNanos } from "../instants.js"
import { type InstrumentKind, instrumentKind } from "../MetricRecord.js"
import type { MetricData } from "../SpanData.js"
import { attributes, type Fields, finite, instant, optionalString, string } from "./fields.js"
import { attributesJson, textJson } from "./json.js"

/** Encodes a measurement as a line. */
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

/** Decodes a measurement from the fields of a line. */
export const decodeMetric = (fields: Fields): MetricData => {
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

const kindOf = (value: unknown, name: string): InstrumentKind =>
  value === "counter" || value === "histogram" ? value : instrumentKind(name)
