/**
 * `Telemetry` as people import it: the service with its combinators, and the layers that are chosen by name.
 *
 * The tag is the same one that the rest of the package uses; only the two statics are added here. They load the sinks when they are built, so that
 * importing the service does not load every sink. The one trap: such a layer cannot be built synchronously.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Telemetry as Core } from "../telemetry/Telemetry.js"
import type { SpecLayer } from "./layerSpec.js"

const loaded = Effect.promise(() => import("./layerSpec.js"))

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
   * `loom-telemetry/otel`. The sinks are loaded when the layer is built, which is asynchronous.
   */
  static readonly layerConfig: SpecLayer = Layer.unwrapEffect(
    Effect.map(loaded, ({ makeLayerConfig }) => makeLayerConfig({}))
  )

  /** The same for a text that is given as a value. */
  static readonly layerSpec: (spec: string) => SpecLayer = (spec) =>
    Layer.unwrapEffect(Effect.map(loaded, ({ makeLayerSpec }) => makeLayerSpec({})(spec)))
}
