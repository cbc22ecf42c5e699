/**
 * Several sinks at once. A span has the same ids in all of them, and a failing sink does not affect the others.
 *
 * The layers are built one after another and released in parallel: releases start in reverse order, and one that hangs delays no other.
 * The layers' other outputs (`InMemoryTelemetry`, `FileTelemetry`, …) stay available. Nested fan-outs are flattened, the same layer value
 * given twice records once, and `NoTelemetryLive` adds nothing.
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { buildTelemetry } from "../telemetry/layer.js"
import { buildSinks, type BuiltSinks, layerOfLayers, type SinkLayer } from "../telemetry/lifecycle/sinkLayers.js"
import { outputsOf } from "../telemetry/lifecycle/sinkMark.js"
import { type SinkScopes, sinkScopes } from "../telemetry/lifecycle/sinkScopes.js"
import { type Observer, originOf } from "../telemetry/Observer.js"
import { Telemetry } from "../telemetry/Telemetry.js"
import type { SinkErrorOptions } from "../telemetry/TelemetrySink.js"

/** At least one sink layer. */
export type SinkLayers = readonly [SinkLayer, ...ReadonlyArray<SinkLayer>]

// One by one: over a union of layers, `Layer.Success` infers an intersection because the output is contravariant.
type Outputs<Layers extends SinkLayers> = { [Index in keyof Layers]: Layer.Layer.Success<Layers[Index]> }[number]
type Errors<Layers extends SinkLayers> = { [Index in keyof Layers]: Layer.Layer.Error<Layers[Index]> }[number]
type Needs<Layers extends SinkLayers> = { [Index in keyof Layers]: Layer.Layer.Context<Layers[Index]> }[number]

/** Options of a fan-out. */
export interface MultiOptions extends SinkErrorOptions {
  /**
   * How long releasing one layer may take before it is abandoned and logged. Default 10 seconds. Built-in sinks limit their own release (3
   * seconds to flush, 3 to close), so this is for layers that do not. If you raise a sink's `closeTimeout`, raise this one too.
   */
  readonly closeTimeout?: Duration.DurationInput
}

/** A fan-out to several sinks. */
export class MultiTelemetry {
  /**
   * Combines several sink layers into one, in the given order. An empty list is a type error, and a defect at run time.
   *
   * `onSinkError: "report"` applies to all sinks. Otherwise each sink keeps its own choice; the default is to raise.
   */
  static readonly layer = <const Layers extends SinkLayers>(
    layers: Layers,
    options: MultiOptions = {}
  ): Layer.Layer<Outputs<Layers>, Errors<Layers>, Needs<Layers>> =>
    layers.length === 0
      ? Layer.die(
        new Error("MultiTelemetry.layer needs at least one sink layer. To record nothing, provide NoTelemetryLive")
      )
      : layerOfLayers((memo) =>
        build(layers, options, memo) as Effect.Effect<
          Context.Context<Outputs<Layers>>,
          Errors<Layers>,
          Needs<Layers> | Scope.Scope
        >
      ) as Layer.Layer<Outputs<Layers>, Errors<Layers>, Needs<Layers>>
}

const build = (
  layers: SinkLayers,
  options: MultiOptions,
  memo: Layer.MemoMap
): Effect.Effect<Context.Context<never>, unknown, Scope.Scope> =>
  Effect.gen(function*() {
    const scopes = yield* sinkScopes({
      onSinkError: options.onSinkError,
      closeTimeout: options.closeTimeout ?? "10 seconds"
    })
    let outputs: Context.Context<never> = Context.empty()
    const observers: Array<Observer> = []
    for (const layer of layers) {
      const built = yield* acquire(scopes, layer, memo)
      outputs = Context.merge(outputs, built.outputs)
      for (const observer of built.observers) {
        // Compared by identity: the same layer value given twice has the same observer.
        if (!observers.some((other) => originOf(other) === originOf(observer))) {
          observers.push(observer)
        }
      }
    }
    const telemetry = yield* buildTelemetry(observers.map((observer) => withErrorChoice(observer, options)))
    return Context.merge(outputs, outputsOf(Telemetry, telemetry))
  })

const acquire = (scopes: SinkScopes, layer: SinkLayer, memo: Layer.MemoMap): Effect.Effect<BuiltSinks, unknown> =>
  scopes.acquire((place) =>
    Effect.tap(buildSinks(layer, memo, place.scope), ({ observers }) =>
      Effect.sync(() => {
        place.name = observers.map((observer) => observer.name).join(", ") || place.name
      }))
  )

// Sinks that only log their exceptions, as all built-in ones do, never raise.
const withErrorChoice = (observer: Observer, { onSinkError }: SinkErrorOptions): Observer =>
  onSinkError === "report" && observer.onError === "raise"
    ? { ...observer, onError: "report", origin: originOf(observer) }
    : observer
