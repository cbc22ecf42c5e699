/**
 * Nothing, at no cost: no span object, no attribute record and no metric record is made.
 *
 * This is what a program has where no telemetry is provided; providing it switches an outer telemetry off for what runs under it.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { buildTelemetry } from "../telemetry/layer.js"
import { Telemetry } from "../telemetry/Telemetry.js"

/** A telemetry that records nothing. */
export const NoTelemetryLive: Layer.Layer<Telemetry> = Layer.scoped(
  Telemetry,
  Effect.suspend(() => buildTelemetry([]))
)
