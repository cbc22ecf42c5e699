/**
 * OTLP over gRPC with the official exporters, which the user has to install.
 *
 * They cannot be aborted: a receiver that hangs may keep the process alive for their own timeout after the sink has closed. They read headers, TLS
 * and temporality from the variables themselves.
 */
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics"
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-base"
import type { LogExporter, LogRecord } from "../logs/LogRecord.js"
import type { Settings, SignalSettings } from "../settings/settings.js"
import type { ItemExporter } from "./counted.js"
import type { OtlpResult } from "./otlpExporter.js"

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

/** An error of `@grpc/grpc-js`. */
interface GrpcError extends Error {
  readonly code?: unknown
  readonly metadata?: { readonly get: (key: string) => ReadonlyArray<unknown> }
}

/** Cancelled, deadline exceeded, aborted, out of range, unavailable, data loss. */
const retryable: ReadonlySet<unknown> = new Set([1, 4, 10, 11, 14, 15])

const resourceExhausted = 8

/** Whether the same request would fail again (OTLP specification 1.9, "Failures"): a receiver that is only overloaded says when to retry. */
const isFinal = ({ code, metadata }: GrpcError): boolean =>
  code === resourceExhausted
    ? metadata?.get("grpc-status-details-bin")[0] === undefined
    : typeof code === "number" && !retryable.has(code)

/** Marks failures that must not be retried as final. */
const judged = <Item>(exporter: ItemExporter<Item>): ItemExporter<Item> => ({
  export: (items, done) =>
    exporter.export(
      items,
      (result: OtlpResult) => done(result.error === undefined ? result : { ...result, isFinal: isFinal(result.error) })
    ),
  forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  shutdown: () => exporter.shutdown()
})

/** Loads the exporter of each signal; a signal's part rejects if it is not installed. */
export const grpcExporters = {
  spans: async ({ traces }: Settings): Promise<SpanExporter> => {
    const module = await load("@opentelemetry/exporter-trace-otlp-grpc")
    return judged<ReadableSpan>(new module["OTLPTraceExporter"]!(configOf(traces)))
  },
  metrics: async ({ metrics }: Settings): Promise<PushMetricExporter> => {
    const module = await load("@opentelemetry/exporter-metrics-otlp-grpc")
    return new module["OTLPMetricExporter"]!(configOf(metrics))
  },
  logs: async ({ logs }: Settings): Promise<LogExporter> => {
    const module = await load("@opentelemetry/exporter-logs-otlp-grpc")
    return judged<LogRecord>(new module["OTLPLogExporter"]!(configOf(logs)))
  }
}
