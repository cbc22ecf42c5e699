/**
 * A finished span in the JSON form of OTLP, as the OpenTelemetry sink sends it.
 */
import type { DialectName } from "../../dialects/project.js"
import { isClientSpan, type Owner, projectSpan } from "../../dialects/projectSpan.js"
import type { SpanData } from "../../records/SpanData.js"
import { keyValues } from "./otlpValues.js"

// SpanKind of opentelemetry-proto.
const internal = 1
const client = 3

// StatusCode of opentelemetry-proto.
const statusError = 2

/** The span as a value that `JSON.stringify` makes OTLP of. */
export const otlpSpan = (span: SpanData, owner: Owner, dialects: ReadonlyArray<DialectName>): object => {
  const { error, events, recorded, said } = projectSpan(span, owner, dialects)
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId !== null && { parentSpanId: span.parentSpanId }),
    name: span.name,
    kind: isClientSpan(span.name) ? client : internal,
    startTimeUnixNano: String(span.start),
    endTimeUnixNano: String(span.end),
    attributes: keyValues({ ...said, ...recorded }),
    events: events.map(({ attributes, name, time }) => ({
      timeUnixNano: String(time),
      name,
      attributes: keyValues(attributes)
    })),
    links: (span.links ?? []).map(({ attributes, spanId, traceId }) => ({
      traceId,
      spanId,
      attributes: keyValues(attributes)
    })),
    status: error === undefined
      ? {}
      : { code: statusError, ...(error.message !== undefined && { message: error.message }) }
  }
}
