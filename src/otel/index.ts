/**
 * `loom-telemetry/otel`: OpenTelemetry for production.
 */
import "../records/requiresEffect3.js"

export type { SemconvVersion } from "../dialects/genai/Convention.js"
export { semconvVersion } from "../dialects/genai/genai.js"
export type { DialectName } from "../dialects/project.js"
export type { SpecLayer, Telemetry } from "../telemetry/Telemetry.js"
export type { TraceCarrier } from "../telemetry/tracing/traceContext.js"
export type { SpoolOptions } from "./delivery/spool/openSpool.js"
export type { OTelDropReason, OTelStats } from "./delivery/stats.js"
export type { EmittedLog, ForeignLoggerProvider } from "./logs/foreignLogs.js"
export type { ContentCapture } from "./logs/logEvents.js"
export type { LogLimits } from "./logs/LogQueue.js"
export type { LogExporter, LogRecord } from "./logs/LogRecord.js"
export type { MetricAttributes } from "./metrics/instruments.js"
export { layerConfig, layerSpec, OTelLive, OTelTelemetryLive } from "./OTelLive.js"
export {
  type ForeignMeterProvider,
  type ForeignTracerProvider,
  type OTelOptions,
  OTelTelemetry,
  type OTelTelemetryService,
  type ProjectionOptions,
  type ProvidersOptions
} from "./OTelTelemetry.js"
export { continueTrace, parentFromHeaders, traceHeaders, traceMeta } from "./propagation.js"
export type { BatchOptions, ResourceOptions, SdkOptions } from "./sdk.js"
export { type TelemetrySource, TelemetrySpanProcessor } from "./TelemetrySpanProcessor.js"
