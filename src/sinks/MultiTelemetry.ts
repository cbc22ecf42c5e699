/**
 * Several sinks at once. Every span has one identity in all of them; every sink gets its turn, whatever another one does.
 *
 * The layers are built one after another, and released side by side: the releases start in reverse order, and one that hangs delays
 * no other. Whatever else the layers provide (`InMemoryTelemetry`, `FileTelemetry`, …) stays reachable. A fan-out inside a fan-out is
 * the flat list, the same layer value twice records once, and `NoTelemetryLive` in it is nothing.
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { buildTelemetry } from "../telemetry/layer.js"
import { buildSinks, type BuiltSinks, type SinkLayer } from "../telemetry/lifecycle/sinkLayers.js"
import { outputsOf } from "../telemetry/lifecycle/sinkMark.js"
import { type SinkScopes, sinkScopes } from "../telemetry/lifecycle/sinkScopes.js"
import { type Observer, originOf } from "../telemetry/Observer.js"
import { Telemetry } from "../telemetry/Telemetry.js"
import type { SinkErrorOptions } from "../telemetry/TelemetrySink.js"

/** At least one sink layer. */
export type SinkLayers = readonly [SinkLayer, ...ReadonlyArray<SinkLayer>]

// Over a union of layers `Layer.Success` infers an intersection, because the output is contravariant: so one by one.
type Outputs<Layers extends SinkLayers> = { [Index in keyof Layers]: Layer.Layer.Success<Layers[Index]> }[number]
type Errors<Layers extends SinkLayers> = { [Index in keyof Layers]: Layer.Layer.Error<Layers[Index]> }[number]
type Needs<Layers extends SinkLayers> = { [Index in keyof Layers]: Layer.Layer.Context<Layers[Index]> }[number]

/** Options of a fan-out. */
export interface MultiOptions extends SinkErrorOptions {
  /**
   * How long the release of one of the layers may take before it is given up and logged. Default 10 seconds: sinks bound their own
   * releases, by 3 seconds to flush and 3 to close, so this is for layers that do not. Raise it together with a `closeTimeout` of theirs.
   */
  readonly closeTimeout?: Duration.DurationInput
}

/** A fan-out to several sinks. */
export class MultiTelemetry {
  /**
   * One telemetry from several, in declaration order. An empty list is a type error, and at run time a defect.
   *
   * `onSinkError: "report"` holds for all of them; else each sink keeps its own choice, which is to raise.
   */
  static readonly layer = <const Layers extends SinkLayers>(
    layers: Layers,
    options: MultiOptions = {}
  ): Layer.Layer<Outputs<Layers>, Errors<Layers>, Needs<Layers>> =>
    layers.length === 0
      ? Layer.die(
        new Error("MultiTelemetry.layer needs at least one sink layer. To record nothing, provide NoTelemetryLive")
      )
      : Layer.scopedContext(
        build(layers, options) as Effect.Effect<
          Context.Context<Outputs<Layers>>,
          Errors<Layers>,
          Needs<Layers> | Scope.Scope
        >
      ) as Layer.Layer<Outputs<Layers>, Errors<Layers>, Needs<Layers>>
}

const build = (
  layers: SinkLayers,
  options: MultiOptions
): Effect.Effect<Context.Context<never>, unknown, Scope.Scope> =>
  Effect.gen(function*() {
    const scopes = yield* sinkScopes({
      onSinkError: options.onSinkError,
      closeTimeout: options.closeTimeout ?? "10 seconds"
    })
    let outputs = Context.empty()
    const observers: Array<Observer> = []
    for (const layer of layers) {
      const built = yield* acquire(scopes, layer)
      outputs = Context.merge(outputs, built.outputs)
      for (const observer of built.observers) {
        // By identity: the same layer value twice gives the same observer.
        if (!observers.some((other) => originOf(other) === originOf(observer))) {
          observers.push(observer)
        }
      }
    }
    const telemetry = yield* buildTelemetry(observers.map((observer) => withChoice(observer, options)))
    return Context.merge(outputs, outputsOf(Telemetry, telemetry))
  })

const acquire = (scopes: SinkScopes, layer: SinkLayer): Effect.Effect<BuiltSinks, unknown> =>
  scopes.acquire((place) =>
    Effect.tap(buildSinks(layer, place.scope), ({ observers }) => {
      place.name = observers.map((observer) => observer.name).join(", ") || place.name
    })
  )

// Sinks that only report (all built-in ones do) are never made to raise.
const withChoice = (observer: Observer, { onSinkError }: SinkErrorOptions): Observer =>
  onSinkError === "report" && observer.onError === "raise"
    ? { ...observer, onError: "report", origin: originOf(observer) }
    : observer
