/**
 * Records nothing, at almost no cost: no span object, attribute record or metric record is created.
 *
 * This is also what a program gets when no telemetry is provided. Provide it explicitly to switch an outer telemetry off.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { buildTelemetry } from "../telemetry/layer.js"
import { outputsOf } from "../telemetry/lifecycle/sinkMark.js"
import { Telemetry } from "../telemetry/Telemetry.js"

/** A telemetry that records nothing. */
export const NoTelemetryLive: Layer.Layer<Telemetry> = Layer.fresh(
  // It depends on the tracer around it, so it is never shared.
  Layer.scopedContext(
    Effect.map(Effect.suspend(() => buildTelemetry([])), (telemetry) => outputsOf(Telemetry, telemetry))
  )
)
