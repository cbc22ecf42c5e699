/**
 * `Telemetry` as people import it: the service with its combinators, and the layers that are chosen by name.
 *
 * The tag is the same one that the rest of the package uses; only the two statics are added here, because they know the sinks.
 */
import { Telemetry as Core } from "../telemetry/Telemetry.js"
import { makeLayerConfig, makeLayerSpec, type SpecLayer } from "./layerSpec.js"

/**
 * Spans and metrics of an agent: one service, every sink a `Layer`.
 *
 * @example
 * const answer = ask(question).pipe(Telemetry.withSpan("answer", { question_length: question.length }))
 * answer.pipe(Effect.provide(ConsoleTelemetryLive))
 */
export class Telemetry extends Core {
  /**
   * The layer that the config value `LOOM_TELEMETRY` names: `none`, `console`, `memory`, `file:./traces.jsonl`, or several separated by
   * commas; unset or empty is `none`. Anything else is a `ConfigError` that names the legal forms. `otel` is accepted by the variant of
   * `loom-telemetry/otel`.
   */
  static readonly layerConfig: SpecLayer = makeLayerConfig({})

  /** The same for a text that is given as a value. */
  static readonly layerSpec: (spec: string) => SpecLayer = makeLayerSpec({})
}
