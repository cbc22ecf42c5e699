/**
 * `loom-telemetry/otel`: OpenTelemetry for production.
 */
export { type DialectName } from "./dialects/dialects.js"
export { semconvVersion } from "./dialects/genai.js"
export { type MetricAttributes } from "./instruments.js"
export { layerConfig, layerSpec } from "./layerSpec.js"
export { OTelLive } from "./OTelLive.js"
export {
  type ForeignMeterProvider,
  type ForeignTracerProvider,
  type OTelOptions,
  OTelTelemetry,
  type OTelTelemetryService,
  type ProjectionOptions,
  type ProvidersOptions
} from "./OTelTelemetry.js"
export { continueTrace, parentFromHeaders, traceHeaders } from "./propagation.js"
export { type BatchOptions, type ResourceOptions, type SdkOptions } from "./sdk.js"
export { type OTelDropReason, type OTelStats } from "./stats.js"
