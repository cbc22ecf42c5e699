/**
 * Serializes OTLP and reads responses, with the official serializers.
 */
import type {
  IExportLogsServiceResponse,
  IExportMetricsServiceResponse,
  IExportTraceServiceResponse,
  ISerializer
} from "@opentelemetry/otlp-transformer"
import { AggregationTemporality, InstrumentType, type ResourceMetrics } from "@opentelemetry/sdk-metrics"
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base"
import { refusedOf } from "../../records/otlpDelivery.js"
import type { LogRecord } from "../logs/LogRecord.js"
import type { Temporality } from "../settings/settings.js"
import type { Wire } from "./otlpExporter.js"

export interface Wires {
  readonly contentType: string
  readonly spans: Wire<Array<ReadableSpan>>
  readonly metrics: Wire<ResourceMetrics>
  readonly logs: Wire<Array<LogRecord>>
}

type SpanSerializer = ISerializer<Array<ReadableSpan>, IExportTraceServiceResponse>
type MetricSerializer = ISerializer<ResourceMetrics, IExportMetricsServiceResponse>
type LogSerializer = ISerializer<Array<LogRecord>, IExportLogsServiceResponse>

/** Whether the bytes may be a protobuf response: empty, or a message that starts with the length-delimited field 1. */
const isMessage = (answer: Uint8Array): boolean => answer.length === 0 || answer[0] === 0x0a

/** Whether the bytes may be a JSON response: empty, or an object. Throws if they are not JSON. */
const isObject = (answer: Uint8Array): boolean => {
  const value: unknown = answer.length === 0 ? {} : JSON.parse(new TextDecoder().decode(answer))
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

const wiresOf = (
  contentType: string,
  isResponse: (answer: Uint8Array) => boolean,
  spans: SpanSerializer,
  metrics: MetricSerializer,
  logs: LogSerializer
): Wires => ({
  contentType,
  spans: {
    serialize: (data) => spans.serializeRequest(data),
    refused: (answer) => {
      checkResponse(isResponse(answer))
      const { partialSuccess } = spans.deserializeResponse(answer)
      return refusedOf(partialSuccess?.rejectedSpans, partialSuccess?.errorMessage)
    }
  },
  metrics: {
    serialize: (data) => metrics.serializeRequest(data),
    refused: (answer) => {
      checkResponse(isResponse(answer))
      const { partialSuccess } = metrics.deserializeResponse(answer)
      return refusedOf(partialSuccess?.rejectedDataPoints, partialSuccess?.errorMessage)
    }
  },
  logs: {
    serialize: (data) => logs.serializeRequest(data),
    refused: (answer) => {
      checkResponse(isResponse(answer))
      const { partialSuccess } = logs.deserializeResponse(answer)
      return refusedOf(partialSuccess?.rejectedLogRecords, partialSuccess?.errorMessage)
    }
  }
})

const checkResponse = (isResponse: boolean): void => {
  if (!isResponse) {
    throw new TypeError("not an OTLP response")
  }
}

/** In split bundles, a CommonJS package may have only a default export. */
const exportsOf = <M extends object>(module: M & { readonly default?: M }): M => module.default ?? module

/** Writes the items of a signal as one line of OTLP/JSON. Rejects if the serializers are not installed. */
export const loadJsonLines = async () => {
  const { JsonLogsSerializer, JsonTraceSerializer } = exportsOf(await import("@opentelemetry/otlp-transformer"))
  const decoder = new TextDecoder()
  const lineOf = <Item>(serializer: ISerializer<Array<Item>, unknown>) => (items: Array<Item>): string =>
    `${decoder.decode(serializer.serializeRequest(items))}\n`
  return { spans: lineOf<ReadableSpan>(JsonTraceSerializer), logs: lineOf<LogRecord>(JsonLogsSerializer) }
}

export const loadWires = async (protocol: "http/protobuf" | "http/json"): Promise<Wires> => {
  const otlp = exportsOf(await import("@opentelemetry/otlp-transformer"))
  return protocol === "http/json"
    ? wiresOf(
      "application/json",
      isObject,
      otlp.JsonTraceSerializer,
      otlp.JsonMetricsSerializer,
      otlp.JsonLogsSerializer
    )
    : wiresOf(
      "application/x-protobuf",
      isMessage,
      otlp.ProtobufTraceSerializer,
      otlp.ProtobufMetricsSerializer,
      otlp.ProtobufLogsSerializer
    )
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
