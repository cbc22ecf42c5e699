/**
 * Sinks by name, with `otel` among them.
 */
import { makeLayerConfig, makeLayerSpec, type SpecLayer } from "../config/layerSpec.js"
import { OTelLive } from "./OTelLive.js"

const more = { otel: OTelLive }

/** The sinks that the text names; `otel` is `OTelLive`. */
export const layerSpec: (spec: string) => SpecLayer = makeLayerSpec(more)

/** The sinks that the config value `LOOM_TELEMETRY` names; `otel` is `OTelLive`. */
export const layerConfig: SpecLayer = makeLayerConfig(more)
