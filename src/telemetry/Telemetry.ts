/**
 * The one service that agents emit through, and the combinators that use it.
 *
 * Instrumented code calls the statics; they need no `Telemetry` in `R` and do nothing where none is provided, so that a signature
 * never changes. Which sinks record is decided by the layer that is provided at the edge of the program; an inner one overrides an
 * outer one, as with any tag. The one trap: a layer works for what runs under it, not for a bare `Effect.runPromise` beside it.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { dual } from "effect/Function"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type * as Tracer from "effect/Tracer"
import { telemetryKey } from "./contextKeys.js"
import { layerObservers } from "./layer.js"
import { type EffectSinkOptions, type QueuedSink, sinkFromEffect } from "./lifecycle/queuedSink.js"
import { acquireSink } from "./lifecycle/scopedSink.js"
import type { LazyAttributes, Recording, TelemetryService } from "./Service.js"
import { observerOf, type ScopedSinkOptions, type SinkErrorOptions, type TelemetrySink } from "./TelemetrySink.js"
import { annotateCurrent, type Lookup, measure, spanAround, spanInScope } from "./tracing/spans.js"
import { spanAroundStream } from "./tracing/streams.js"

const isDataFirst = (args: IArguments): boolean => typeof args[0] !== "string"

/** The ambient service of a fiber, read without asking for it in `R`. */
export const ambient: Lookup = (fiber): Recording | undefined => ambientService(fiber)?.recording

const ambientService = (fiber: Fiber.RuntimeFiber<unknown, unknown>): TelemetryService | undefined =>
  fiber.currentContext.unsafeMap.get(telemetryKey)

/**
 * Spans and metrics of an agent. Provide one of the sink layers at the edge of the program; everything else is these statics.
 *
 * @example
 * const answer = ask(question).pipe(Telemetry.withSpan("answer", { question_length: question.length }))
 * answer.pipe(Effect.provide(ConsoleTelemetryLive))
 */
export class Telemetry extends Context.Tag(telemetryKey)<Telemetry, TelemetryService>() {
  /**
   * Runs an effect inside a span. The span ends with the effect's exit, whatever that is, and everything inside is its child.
   * `attributes` may be a function; it is not called where nothing records.
   */
  static readonly withSpan: {
    (name: string, attributes?: LazyAttributes): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
    <A, E, R>(self: Effect.Effect<A, E, R>, name: string, attributes?: LazyAttributes): Effect.Effect<A, E, R>
  } = dual(
    isDataFirst,
    <A, E, R>(self: Effect.Effect<A, E, R>, name: string, attributes?: LazyAttributes) =>
      spanAround(ambient, self, name, attributes)
  )

  /**
   * Runs a stream inside a span: open until the stream ends, fails or is abandoned by its consumer (then `"interrupted"`).
   * Everything that the stream does inside is its child; what consumes it is not.
   */
  static readonly withSpanStream: {
    (name: string, attributes?: LazyAttributes): <A, E, R>(self: Stream.Stream<A, E, R>) => Stream.Stream<A, E, R>
    <A, E, R>(self: Stream.Stream<A, E, R>, name: string, attributes?: LazyAttributes): Stream.Stream<A, E, R>
  } = dual(
    isDataFirst,
    <A, E, R>(self: Stream.Stream<A, E, R>, name: string, attributes?: LazyAttributes) =>
      spanAroundStream(ambient, self, name, attributes)
  )

  /**
   * A span as a scoped resource: opened now, ended with the scope's exit. It does not make itself the parent of what follows;
   * `Effect.withParentSpan(span)` does that for the effects that should be its children.
   */
  static readonly spanScoped = (
    name: string,
    attributes?: LazyAttributes
  ): Effect.Effect<Tracer.Span, never, Scope.Scope> => spanInScope(ambient, name, attributes)

  /** Sets attributes on the current span: values that are known only afterwards, such as token counts. */
  static readonly annotate = (attributes: LazyAttributes): Effect.Effect<void> => annotateCurrent(ambient, attributes)

  /**
   * Takes one measurement. Names ending in `_ms`, `_seconds` or `_bytes` are histograms, all others counters. A negative or
   * non-finite counter, or one without a name, is dropped, counted and logged once.
   */
  static readonly emitMetric = (name: string, value: number, attributes?: LazyAttributes): Effect.Effect<void> =>
    measure(ambient, name, value, attributes)

  /**
   * Completes when every sink has written what was recorded so far, or has given up within its cap. Never fails: what was not
   * written is in the sinks' `stats`.
   */
  static readonly flush: Effect.Effect<void> = Effect.withFiberRuntime((fiber) =>
    ambientService(fiber)?.flush ?? Effect.void
  )

  /** A layer from a sink of your own: any object with the hooks of `TelemetrySink`. */
  static readonly layerSink = (sink: TelemetrySink, options?: SinkErrorOptions): Layer.Layer<Telemetry> =>
    layerObservers(Telemetry, Effect.succeed([observerOf(sink, options)]))

  /** The same for a sink that is made by an effect, with finalizers that run when the layer closes, after the sink was flushed. */
  static readonly layerSinkScoped = <E, R>(
    sink: Effect.Effect<TelemetrySink, E, R>,
    options?: ScopedSinkOptions
  ): Layer.Layer<Telemetry, E, Exclude<R, Scope.Scope>> => layerObservers(Telemetry, acquireSink(sink, options))

  /**
   * A sink whose hooks are effects, for `layerSinkScoped`: a bounded queue and a worker in the layer's scope, drained on release.
   * What did not fit is counted, see `QueuedSink.stats`.
   */
  static readonly sinkFromEffect: <R = never>(
    options: EffectSinkOptions<R>
  ) => Effect.Effect<QueuedSink, never, R | Scope.Scope> = sinkFromEffect
}
