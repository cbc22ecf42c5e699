/**
 * The size limits of records. Read when a sink's layer is built: provide them to the layer, not to the program.
 */
import * as Context from "effect/Context"
import { type AttributeLimits, defaultLimits } from "../records/attributes.js"

/**
 * The limits on the records of a sink layer. Default: 128 attributes per span or metric, 8192 characters, depth 8 and 1024 items and
 * keys per value, 128 events per span, 10 000 open spans. If more spans are open, the oldest is no longer listed as open and a warning is
 * logged; it is still recorded if it ends.
 *
 * @example
 * const Live = ConsoleTelemetryLive.pipe(
 *   Layer.provide(Layer.succeed(TelemetryLimits, { ...TelemetryLimits.default, valueLength: 1024 }))
 * )
 */
export class TelemetryLimits extends Context.Reference<TelemetryLimits>()("loom-telemetry/TelemetryLimits", {
  defaultValue: (): AttributeLimits => defaultLimits
}) {
  /** The default limits. */
  static readonly default: AttributeLimits = defaultLimits
}
