/**
 * OTLP over gRPC: the official exporters, which have to be installed by whoever asks for it.
 *
 * They are not ours to give up: a receiver that hangs may hold the process for their own timeout after the sink has closed. Headers, TLS and
 * temporality they read from the variables themselves.
 */
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics"
import type { SpanExporter } from "@opentelemetry/sdk-trace-base"
import type { Settings, SignalSettings } from "../settings/settings.js"

interface GrpcConfig {
  readonly url: string
  readonly timeoutMillis: number
  readonly compression: "gzip" | "none"
}

/** The two exporters of one protocol, as functions of what the variables say. `onDisconnect` takes what ends their work at once. */
export interface Kit {
  readonly spans: (settings: Settings, onDisconnect: Set<() => void>) => SpanExporter
  readonly metrics: (settings: Settings, onDisconnect: Set<() => void>) => PushMetricExporter
}

const configOf = (signal: SignalSettings): GrpcConfig => ({
  url: signal.endpoint,
  timeoutMillis: signal.timeout,
  compression: signal.isCompressed ? "gzip" : "none"
})

// Not a dependency, not even an optional one to the compiler.
const load = (name: string): Promise<Record<string, new(config: GrpcConfig) => never>> => import(name)

/** Loads them; rejects where they are not installed. */
export const grpcKit = async (): Promise<Kit> => {
  const [traces, metrics] = await Promise.all([
    load("@opentelemetry/exporter-trace-otlp-grpc"),
    load("@opentelemetry/exporter-metrics-otlp-grpc")
  ])
  return {
    spans: (settings) => new traces["OTLPTraceExporter"]!(configOf(settings.traces)),
    metrics: (settings) => new metrics["OTLPMetricExporter"]!(configOf(settings.metrics))
  }
}
