/**
 * `loom-telemetry/otel`: OpenTelemetry for production.
 */
import "../records/requiresEffect3.js"

export { type SpecLayer } from "../config/layerSpec.js"
export { semconvVersion } from "../dialects/genai.js"
export { type DialectName } from "../dialects/project.js"
export { type Telemetry as TelemetryTag } from "../telemetry/Telemetry.js"
export { type OTelDropReason, type OTelStats } from "./delivery/stats.js"
export { layerConfig, layerSpec } from "./layerSpec.js"
export { type MetricAttributes } from "./metrics/instruments.js"
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
