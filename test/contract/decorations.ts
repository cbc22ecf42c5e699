/**
 * Decorated sinks that pass on everything they receive.
 */
import * as Effect from "effect/Effect"
import { FilteredTelemetry, SampledTelemetry } from "loom-telemetry"
import type { MakeSubject, Subject } from "./subject.js"

/** A subject whose records pass through another sink first. */
export const behind = (make: MakeSubject, decorate: (layer: Subject["layer"]) => Subject["layer"]): MakeSubject =>
  Effect.map(make, ({ layer, recorded }) => ({ layer: decorate(layer), recorded }))

export const filtered = (layer: Subject["layer"]) => FilteredTelemetry.layer(layer, () => true)
export const head = (layer: Subject["layer"]) => SampledTelemetry.head(layer, { ratio: 1 })
export const tail = (layer: Subject["layer"]) => SampledTelemetry.tail(layer, { ratio: 1 })
