/**
 * Several sinks at once. Every span has one identity in all of them; every sink gets its turn, whatever another one does.
 *
 * The layers are built one after another in one scope and released in reverse; whatever else they provide (`InMemoryTelemetry`,
 * `FileTelemetry`, …) stays reachable. A fan-out inside a fan-out is the flat list, the same layer value twice records once,
 * and `NoTelemetryLive` in it is nothing.
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { buildTelemetry } from "../telemetry/layer.js"
import type { Observer } from "../telemetry/Observer.js"
import { warn } from "../telemetry/report.js"
import { Telemetry } from "../telemetry/Telemetry.js"
import type { SinkErrorOptions } from "../telemetry/TelemetrySink.js"

/** Any layer that provides `Telemetry`, perhaps with something else. */
type SinkLayer = Layer.Layer<Telemetry, unknown, unknown>

/** At least one sink layer. */
export type SinkLayers = readonly [SinkLayer, ...ReadonlyArray<SinkLayer>]

// Over a union of layers `Layer.Success` infers an intersection, because the output is contravariant: so one by one.
type Outputs<Layers extends SinkLayers> = { [Index in keyof Layers]: Layer.Layer.Success<Layers[Index]> }[number]
type Errors<Layers extends SinkLayers> = { [Index in keyof Layers]: Layer.Layer.Error<Layers[Index]> }[number]
type Needs<Layers extends SinkLayers> = { [Index in keyof Layers]: Layer.Layer.Context<Layers[Index]> }[number]

/** A fan-out to several sinks. */
export class MultiTelemetry {
  /**
   * One telemetry from several, in declaration order. An empty list is a type error, and at run time a defect.
   *
   * `onSinkError: "report"` holds for all of them; else each sink keeps its own choice, which is to raise.
   */
  static readonly layer = <const Layers extends SinkLayers>(
    layers: Layers,
    options: SinkErrorOptions = {}
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
  options: SinkErrorOptions
): Effect.Effect<Context.Context<never>, unknown, Scope.Scope> =>
  Effect.gen(function*() {
    const memo = yield* Layer.CurrentMemoMap
    const scope = yield* sinkScope(options)
    let outputs = Context.empty()
    const observers: Array<Observer> = []
    for (const layer of layers) {
      const built = yield* Layer.buildWithMemoMap(layer as Layer.Layer<Telemetry, unknown>, memo, scope)
      outputs = Context.merge(outputs, built)
      for (const observer of Context.get(built, Telemetry).recording?.recorder.observers ?? []) {
        // By identity: the same layer value twice gives the same observer.
        if (!observers.some((other) => originOf(other) === originOf(observer))) {
          observers.push(observer)
        }
      }
    }
    const telemetry = yield* buildTelemetry(observers.map((observer) => withChoice(observer, options)))
    return Context.add(outputs, Telemetry, telemetry)
  })

// Sinks that only report (all built-in ones do) are never made to raise.
const withChoice = (observer: Observer, { onSinkError }: SinkErrorOptions): Observer =>
  onSinkError === "report" && observer.onError === "raise"
    ? { ...observer, onError: "report", origin: originOf(observer) }
    : observer

const originOf = (observer: Observer): Observer => observer.origin ?? observer

/**
 * Where the sinks live. What their releases throw goes on only where nothing else went wrong, and never with `"report"`: beside the
 * program's own cause it would change what the program failed with.
 */
const sinkScope = (options: SinkErrorOptions): Effect.Effect<Scope.CloseableScope, never, Scope.Scope> =>
  Effect.uninterruptible(Effect.gen(function*() {
    const outer = yield* Effect.scope
    const scope = yield* Scope.make()
    // Not `acquireRelease`: it puts the fiber's references back after a release, and with them the tracer that a sink had installed.
    yield* Scope.addFinalizerExit(outer, (exit) => closeSinks(scope, exit, options))
    return scope
  }))

const closeSinks = (
  scope: Scope.CloseableScope,
  exit: Exit.Exit<unknown, unknown>,
  { onSinkError }: SinkErrorOptions
): Effect.Effect<void> =>
  Effect.catchAllCause(
    Scope.close(scope, exit),
    (cause) =>
      onSinkError === "report" || Exit.isFailure(exit)
        ? Effect.sync(() => warn(`A telemetry sink failed to close: ${Cause.pretty(cause)}`))
        : Exit.failCause(cause)
  )
