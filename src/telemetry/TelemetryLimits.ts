/**
 * How much one record may hold. Read when a sink's layer is built: provide it to the layer, not to the program.
 */
import * as Context from "effect/Context"
import { type AttributeLimits, defaultLimits } from "../records/attributes.js"

/**
 * The limits of the records of a sink layer: 128 attributes a span or metric, 8192 characters a value, depth 8, 1024 items and
 * keys a value, 128 events a span.
 *
 * @example
 * const Live = ConsoleTelemetryLive.pipe(
 *   Layer.provide(Layer.succeed(TelemetryLimits, { ...TelemetryLimits.default, valueLength: 1024 }))
 * )
 */
export class TelemetryLimits extends Context.Reference<TelemetryLimits>()("loom-telemetry/TelemetryLimits", {
  defaultValue: (): AttributeLimits => defaultLimits
}) {
  /** The limits that hold where none are provided. */
  static readonly default: AttributeLimits = defaultLimits
}
