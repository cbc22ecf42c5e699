/**
 * Sink layers as parts of another one: what a fan-out and what decorates a sink have in common.
 *
 * The inner layer is built in the scope of the outer one, through the same memo map, so that the same layer value is one sink
 * wherever it stands. Whatever else it provides (`InMemoryTelemetry`, `FileTelemetry`, …) stays reachable.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { buildTelemetry } from "../layer.js"
import type { Observer } from "../Observer.js"
import { Telemetry } from "../Telemetry.js"
import { outputsOf, withoutMark } from "./sinkMark.js"

/** Any layer that provides `Telemetry`, perhaps with something else. */
export type SinkLayer = Layer.Layer<Telemetry, unknown, unknown>

/** A sink layer that was built. */
export interface BuiltSinks {
  /** All that it provides. */
  readonly outputs: Context.Context<never>
  /** Its sinks: several where it is a fan-out, none where it records nothing. */
  readonly observers: ReadonlyArray<Observer>
}

/** Builds a sink layer in this scope. */
export const buildSinks = (
  layer: SinkLayer,
  scope: Scope.Scope
): Effect.Effect<BuiltSinks, unknown> =>
  Effect.gen(function*() {
    const memo = yield* Layer.CurrentMemoMap
    const outputs = yield* Layer.buildWithMemoMap(layer as Layer.Layer<Telemetry, unknown>, memo, scope)
    return {
      outputs: withoutMark(outputs),
      observers: Context.get(outputs, Telemetry).recording?.recorder.observers ?? []
    }
  })

/** What became of the sinks of a layer that is decorated. */
export interface Decorated<Provided> {
  /** One for each sink, in the same order. */
  readonly observers: ReadonlyArray<Observer>
  /** What is provided beside what the layer provides. */
  readonly provided: Context.Context<Provided>
}

/** The layer with something between the program and its sinks. */
export const decorateLayer = <L extends SinkLayer, Provided>(
  layer: L,
  decorate: (observers: ReadonlyArray<Observer>) => Effect.Effect<Decorated<Provided>, never, Scope.Scope>
): Layer.Layer<Layer.Layer.Success<L> | Provided, Layer.Layer.Error<L>, Layer.Layer.Context<L>> =>
  Layer.scopedContext(
    Effect.gen(function*() {
      const { observers, outputs } = yield* buildSinks(layer, yield* Effect.scope)
      const decorated = yield* decorate(observers)
      const telemetry = yield* buildTelemetry(decorated.observers)
      return outputs.pipe(Context.merge(decorated.provided), Context.merge(outputsOf(Telemetry, telemetry)))
    }) as Effect.Effect<
      Context.Context<Layer.Layer.Success<L> | Provided>,
      Layer.Layer.Error<L>,
      Layer.Layer.Context<L> | Scope.Scope
    >
  ) as Layer.Layer<Layer.Layer.Success<L> | Provided, Layer.Layer.Error<L>, Layer.Layer.Context<L>>
