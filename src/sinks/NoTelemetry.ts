/**
 * Records nothing, at almost no cost: no span object, attribute record or metric record is created.
 *
 * A program without any telemetry behaves the same. Provide it explicitly to disable an outer telemetry.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { buildTelemetry } from "../telemetry/layer.js"
import { outputsOf } from "../telemetry/lifecycle/sinkMark.js"
import { Telemetry } from "../telemetry/Telemetry.js"

/** A layer that records nothing, even inside another telemetry. */
export const NoTelemetryLive: Layer.Layer<Telemetry> = Layer.fresh(
  // Never shared, because it depends on the tracer around it.
  Layer.scopedContext(
    Effect.map(Effect.suspend(() => buildTelemetry([])), (telemetry) => outputsOf(Telemetry, telemetry))
  )
)
