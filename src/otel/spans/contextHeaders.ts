/**
 * The headers that propagate an OpenTelemetry context: its span with its trace state, and its baggage.
 */
import * as OtelApi from "@opentelemetry/api"
import { isTracingSuppressed, W3CBaggagePropagator } from "@opentelemetry/core"
import type { TraceHeaders } from "../../telemetry/tracing/traceContext.js"

const baggagePropagator = new W3CBaggagePropagator()

/** Empty if tracing is suppressed. */
export const headersOfContext = (context: OtelApi.Context): TraceHeaders => {
  const headers: Record<string, string> = {}
  if (isTracingSuppressed(context)) {
    return headers
  }
  const span = OtelApi.trace.getSpanContext(context)
  if (span !== undefined && OtelApi.isSpanContextValid(span)) {
    const isSampled = (span.traceFlags & OtelApi.TraceFlags.SAMPLED) !== 0
    headers["traceparent"] = `00-${span.traceId}-${span.spanId}-${isSampled ? "01" : "00"}`
    const state = span.traceState?.serialize()
    if (state !== undefined && state !== "") {
      headers["tracestate"] = state
    }
  }
  baggagePropagator.inject(context, headers, { set: (to: typeof headers, name, value) => void (to[name] = value) })
  return headers
}
