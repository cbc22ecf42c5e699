/**
 * The bytes of OTLP, by the official serializers, and what the receivers' answers say.
 */
import type {
  IExportMetricsServiceResponse,
  IExportTraceServiceResponse,
  ISerializer
} from "@opentelemetry/otlp-transformer"
import { AggregationTemporality, InstrumentType, type ResourceMetrics } from "@opentelemetry/sdk-metrics"
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base"
import type { Temporality } from "../settings/settings.js"
import type { Refused, Wire } from "./otlpExporter.js"

/** The wires of one protocol. */
export interface Wires {
  readonly contentType: string
  readonly spans: Wire<Array<ReadableSpan>>
  readonly metrics: Wire<ResourceMetrics>
}

type SpanSerializer = ISerializer<Array<ReadableSpan>, IExportTraceServiceResponse>
type MetricSerializer = ISerializer<ResourceMetrics, IExportMetricsServiceResponse>

// JSON writes 64-bit numbers as text (protobuf's JSON mapping). What is no number of records, or no text, says nothing.
const refusedOf = (rejected: unknown, reason: unknown): Refused | undefined => {
  const count = Number(rejected ?? 0)
  return Number.isInteger(count) && count > 0
    ? { count, reason: typeof reason === "string" ? reason : "no reason given" }
    : undefined
}

const wiresOf = (contentType: string, spans: SpanSerializer, metrics: MetricSerializer): Wires => ({
  contentType,
  spans: {
    serialize: (data) => spans.serializeRequest(data),
    refused: (answer) => {
      const { partialSuccess } = spans.deserializeResponse(answer)
      return refusedOf(partialSuccess?.rejectedSpans, partialSuccess?.errorMessage)
    }
  },
  metrics: {
    serialize: (data) => metrics.serializeRequest(data),
    refused: (answer) => {
      const { partialSuccess } = metrics.deserializeResponse(answer)
      return refusedOf(partialSuccess?.rejectedDataPoints, partialSuccess?.errorMessage)
    }
  }
})

/** Where a bundler splits its output, what a CommonJS package exports is the default export alone. */
const exportsOf = <M extends object>(module: M & { readonly default?: M }): M => module.default ?? module

/** The wires of OTLP over HTTP; loaded when they are asked for. */
export const loadWires = async (protocol: "http/protobuf" | "http/json"): Promise<Wires> => {
  const otlp = exportsOf(await import("@opentelemetry/otlp-transformer"))
  return protocol === "http/json"
    ? wiresOf("application/json", otlp.JsonTraceSerializer, otlp.JsonMetricsSerializer)
    : wiresOf("application/x-protobuf", otlp.ProtobufTraceSerializer, otlp.ProtobufMetricsSerializer)
}

const upDown: ReadonlySet<InstrumentType> = new Set([
  InstrumentType.UP_DOWN_COUNTER,
  InstrumentType.OBSERVABLE_UP_DOWN_COUNTER
])
const synchronous: ReadonlySet<InstrumentType> = new Set([InstrumentType.COUNTER, InstrumentType.HISTOGRAM])

/** OTLP metrics exporter specification 1.x, `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`. */
export const temporalityOf = (preference: Temporality) => (instrument: InstrumentType): AggregationTemporality => {
  const isDelta = preference === "delta"
    ? !upDown.has(instrument)
    : preference === "lowmemory" && synchronous.has(instrument)
  return isDelta ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE
}
