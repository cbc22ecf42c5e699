/** Values that users of `loom-telemetry/otel` export without a type annotation. */
import { Layer } from "effect"
import { layerConfig, layerSpec, OTelLive, OTelTelemetry } from "loom-telemetry/otel"

export const live = OTelLive
export const configured = OTelTelemetry.layer({ resource: { serviceName: "s" } })
export const disabled = OTelTelemetry.disabled
export const chosen = layerConfig
export const named = layerSpec("otel")
export const both = Layer.merge(configured, disabled)
