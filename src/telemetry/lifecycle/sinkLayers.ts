/**
 * Builds sink layers inside another layer: shared by fan-outs and by layers that decorate a sink.
 *
 * The inner layer is built in the scope of the outer one, through the same memo map, so that the same layer value is always one
 * sink. Its other services (`InMemoryTelemetry`, `FileTelemetry`, …) stay available.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { copyVersion, versionsDiffer } from "../copies.js"
import { buildTelemetry } from "../layer.js"
import type { Observer } from "../Observer.js"
import { Telemetry } from "../Telemetry.js"
import { outputsOf, withoutMark } from "./sinkMark.js"

/** Any layer that provides `Telemetry`, perhaps with something else. */
export type SinkLayer = Layer.Layer<Telemetry, unknown, unknown>

/** A built sink layer. */
export interface BuiltSinks {
  readonly outputs: Context.Context<never>
  /** Its sinks: several for a fan-out, none if it records nothing. */
  readonly observers: ReadonlyArray<Observer>
}

/** A layer that builds other layers in its own scope and with its own memo map. */
export const layerOfLayers = <A, E, R>(
  build: (memo: Layer.MemoMap, scope: Scope.Scope) => Effect.Effect<Context.Context<A>, E, R>
): Layer.Layer<A, E, Exclude<R, Scope.Scope>> =>
  Layer.scopedContext(
    Effect.flatMap(Layer.CurrentMemoMap, (memo) => Effect.flatMap(Effect.scope, (scope) => build(memo, scope)))
  )

/** Builds a sink layer in this scope. */
export const buildSinks = (
  layer: SinkLayer,
  memo: Layer.MemoMap,
  scope: Scope.Scope
): Effect.Effect<BuiltSinks, unknown> =>
  Effect.gen(function*() {
    const outputs = yield* Layer.buildWithMemoMap(layer as Layer.Layer<Telemetry, unknown>, memo, scope)
    const { recording } = Context.get(outputs, Telemetry)
    if (recording !== undefined && recording.copyVersion !== copyVersion) {
      return yield* Effect.dieMessage(`A telemetry sink was refused. ${versionsDiffer}`)
    }
    return { outputs: withoutMark(outputs), observers: recording?.recorder.observers ?? [] }
  })

/** The decorated sinks of a layer. */
export interface Decorated<Provided> {
  /** One for each sink, in the same order. */
  readonly observers: ReadonlyArray<Observer>
  /** Services in addition to those of the layer. */
  readonly provided: Context.Context<Provided>
}

/** A layer whose sinks are decorated. */
export const decorateLayer = <L extends SinkLayer, Provided>(
  layer: L,
  decorate: (observers: ReadonlyArray<Observer>) => Effect.Effect<Decorated<Provided>, never, Scope.Scope>
): Layer.Layer<Layer.Layer.Success<L> | Provided, Layer.Layer.Error<L>, Layer.Layer.Context<L>> =>
  layerOfLayers((memo, scope) =>
    Effect.gen(function*() {
      const { observers, outputs } = yield* buildSinks(layer, memo, scope)
      const decorated = yield* decorate(observers)
      const telemetry = yield* buildTelemetry(decorated.observers)
      return outputs.pipe(Context.merge(decorated.provided), Context.merge(outputsOf(Telemetry, telemetry)))
    }) as Effect.Effect<
      Context.Context<Layer.Layer.Success<L> | Provided>,
      Layer.Layer.Error<L>,
      Layer.Layer.Context<L> | Scope.Scope
    >
  ) as Layer.Layer<Layer.Layer.Success<L> | Provided, Layer.Layer.Error<L>, Layer.Layer.Context<L>>
