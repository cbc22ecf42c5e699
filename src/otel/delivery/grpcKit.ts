/**
 * OTLP over gRPC: the official exporters, which the user has to install.
 *
 * They cannot be aborted: a receiver that hangs may keep the process alive for their own timeout after the sink has closed. They read headers, TLS
 * and temporality from the variables themselves.
 */
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics"
import type { SpanExporter } from "@opentelemetry/sdk-trace-base"
import type { LogExporter } from "../logs/LogRecord.js"
import type { Settings, SignalSettings } from "../settings/settings.js"

interface GrpcConfig {
  readonly url: string
  readonly timeoutMillis: number
  readonly compression: "gzip" | "none"
}

const configOf = (signal: SignalSettings): GrpcConfig => ({
  url: signal.endpoint,
  timeoutMillis: signal.timeout,
  compression: signal.isCompressed ? "gzip" : "none"
})

// The packages are not dependencies, so the compiler must not resolve them.
const load = (name: string): Promise<Record<string, new(config: GrpcConfig) => never>> => import(name)

/** Loads the exporter of each signal; a signal's part rejects if it is not installed. */
export const grpcExporters = {
  spans: async ({ traces }: Settings): Promise<SpanExporter> => {
    const module = await load("@opentelemetry/exporter-trace-otlp-grpc")
    return new module["OTLPTraceExporter"]!(configOf(traces))
  },
  metrics: async ({ metrics }: Settings): Promise<PushMetricExporter> => {
    const module = await load("@opentelemetry/exporter-metrics-otlp-grpc")
    return new module["OTLPMetricExporter"]!(configOf(metrics))
  },
  logs: async ({ logs }: Settings): Promise<LogExporter> => {
    const module = await load("@opentelemetry/exporter-logs-otlp-grpc")
    return new module["OTLPLogExporter"]!(configOf(logs))
  }
}
