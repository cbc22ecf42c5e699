/**
 * The service that agents emit through, and the combinators that use it.
 *
 * Instrumented code calls the statics. They need no `Telemetry` in `R` and do nothing if none is provided, so signatures never change. The layer
 * provided at the edge of the program decides which sinks record; an inner layer overrides an outer one, as with any tag. Two traps: a layer covers
 * only what runs under it, not a separate `Effect.runPromise`; and layers chosen by name load their sinks when they are built, so they cannot be
 * built synchronously.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type * as Tracer from "effect/Tracer"
import type { ScoreTarget } from "../records/ScoreRecord.js"
import { telemetryKey } from "./contextKeys.js"
import type { TelemetryOpenError } from "./errors.js"
import { type Feedback, giveFeedback, type InvalidFeedback } from "./feedback.js"
import { layerObservers } from "./layer.js"
import { type EffectSinkOptions, type QueuedSink, sinkFromEffect } from "./lifecycle/queuedSink.js"
import { acquireSink } from "./lifecycle/scopedSink.js"
import { recordingOf } from "./recordingOf.js"
import type {
  Judgement,
  LazyAttributes,
  Recording,
  TelemetryService,
  TelemetrySpanOptions
} from "./TelemetryService.js"
import { observerOf, type ScopedSinkOptions, type SinkErrorOptions, type TelemetrySink } from "./TelemetrySink.js"
import { annotateCurrent, judge, measure } from "./tracing/currentSpan.js"
import { type Lookup, spanAround, spanInScope } from "./tracing/spans.js"
import { spanAroundStream } from "./tracing/streams.js"

const isDataFirst = (args: IArguments): boolean => typeof args[0] !== "string"

/** The ambient service of a fiber, read without requiring it in `R`. */
export const ambient: Lookup = (fiber): Recording | undefined => recordingOf(ambientService(fiber))

const ambientService = (fiber: Fiber.RuntimeFiber<unknown, unknown>): TelemetryService | undefined =>
  fiber.currentContext.unsafeMap.get(telemetryKey)

/** A sink layer chosen by name. */
export type SpecLayer = Layer.Layer<Telemetry, ConfigError.ConfigError | TelemetryOpenError, FileSystem.FileSystem>

// Loaded when a layer is built, so that importing the service does not load every sink.
const byName = Effect.promise(() => import("../config/layerSpec.js"))

/**
 * Records spans, metrics and scores. Provide one of the sink layers at the edge of the program; instrumented code uses these statics.
 *
 * @example
 * const answer = ask(question).pipe(Telemetry.withSpan("answer", { question_length: question.length }))
 * answer.pipe(Effect.provide(ConsoleTelemetryLive))
 */
export class Telemetry extends Context.Tag(telemetryKey)<Telemetry, TelemetryService>() {
  /**
   * Runs an effect inside a span. The span ends when the effect succeeds, fails or is interrupted; spans opened inside are its children.
   * `attributes` may be a function, which is not called if nothing records. `options` are Effect's `kind`, `links` and `root`.
   */
  static readonly withSpan: {
    /**
     * Runs the piped effect inside a span, which ends with the effect's exit; spans inside are its children.
     *
     * @example
     * search(query).pipe(Telemetry.withSpan("search", { query }))
     */
    (
      name: string,
      attributes?: LazyAttributes,
      options?: TelemetrySpanOptions
    ): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
    /** Runs an effect inside a span, which ends with the effect's exit; spans inside are its children. */
    <A, E, R>(
      self: Effect.Effect<A, E, R>,
      name: string,
      attributes?: LazyAttributes,
      options?: TelemetrySpanOptions
    ): Effect.Effect<A, E, R>
  } = dual(
    isDataFirst,
    <A, E, R>(
      self: Effect.Effect<A, E, R>,
      name: string,
      attributes?: LazyAttributes,
      options?: TelemetrySpanOptions
    ) => spanAround(ambient, self, name, attributes, options)
  )

  /**
   * Runs a stream inside a span, open until the stream ends, fails or is abandoned by its consumer (outcome `"interrupted"`).
   * Spans opened inside the stream are its children; those of the consumer are not.
   */
  static readonly withSpanStream: {
    /** Runs the piped stream inside a span, open until the stream ends, fails or is abandoned; spans inside are its children. */
    (
      name: string,
      attributes?: LazyAttributes,
      options?: TelemetrySpanOptions
    ): <A, E, R>(self: Stream.Stream<A, E, R>) => Stream.Stream<A, E, R>
    /** Runs a stream inside a span, open until the stream ends, fails or is abandoned; spans inside are its children. */
    <A, E, R>(
      self: Stream.Stream<A, E, R>,
      name: string,
      attributes?: LazyAttributes,
      options?: TelemetrySpanOptions
    ): Stream.Stream<A, E, R>
  } = dual(
    isDataFirst,
    <A, E, R>(
      self: Stream.Stream<A, E, R>,
      name: string,
      attributes?: LazyAttributes,
      options?: TelemetrySpanOptions
    ) => spanAroundStream(ambient, self, name, attributes, options)
  )

  /**
   * Opens a span as a scoped resource, which ends with the scope's exit. It does not become the parent of what follows;
   * use `Effect.withParentSpan(span)` around the effects that should be its children.
   */
  static readonly spanScoped = (
    name: string,
    attributes?: LazyAttributes,
    options?: TelemetrySpanOptions
  ): Effect.Effect<Tracer.Span, never, Scope.Scope> => spanInScope(ambient, name, attributes, options)

  /** Sets attributes on the current span, for values known only later, such as token counts. Does nothing outside of spans. */
  static readonly annotate = (attributes: LazyAttributes): Effect.Effect<void> => annotateCurrent(ambient, attributes)

  /**
   * Records one measurement. Names ending in `_ms`, `_seconds` or `_bytes` are histograms, all others are counters. An invalid
   * measurement (negative counter, non-finite value, empty name) is dropped, counted and logged once.
   */
  static readonly emitMetric = (name: string, value: number, attributes?: LazyAttributes): Effect.Effect<void> =>
    measure(ambient, name, value, attributes)

  /**
   * Scores the current span with a number, a label, or both. An invalid score is dropped, counted and logged once: no name, neither a value nor a
   * label, a non-finite value, or no current span.
   *
   * @example
   * answer.pipe(Effect.tap(() => Telemetry.score("correctness", { value: 0.9, source: "model", explanation: "…" })))
   */
  static readonly score = (name: string, judgement: Judgement): Effect.Effect<void> =>
    judge(ambient, "current", name, judgement)

  /**
   * Scores a span by its ids, or a whole trace by its trace id. It may have ended long ago, in another process. A score with malformed ids is
   * invalid.
   */
  static readonly scoreOf = (target: ScoreTarget, name: string, judgement: Judgement): Effect.Effect<void> =>
    judge(ambient, target, name, judgement)

  /**
   * Records a person's feedback on a trace: thumbs, stars and a comment, by the trace id sent along with the answer. For the handler of a web server:
   * pass the request body as it is. Fails with `InvalidFeedback`, and records nothing, if it is invalid.
   *
   * @example
   * Telemetry.feedback({ traceId, thumbs: "down", comment: "The price is wrong" })
   */
  static readonly feedback = (feedback: Feedback): Effect.Effect<void, InvalidFeedback> =>
    giveFeedback(feedback, ({ judgement, name, target }) => judge(ambient, target, name, judgement))

  /**
   * Completes when every sink has written what was recorded so far, or has timed out (3 seconds). Never fails: the sinks' `stats` count
   * what was not written.
   */
  static readonly flush: Effect.Effect<void> = Effect.withFiberRuntime((fiber) =>
    ambientService(fiber)?.flush ?? Effect.void
  )

  /** A layer for your own sink: any object with the hooks of `TelemetrySink`. */
  static readonly layerSink = (sink: TelemetrySink, options?: SinkErrorOptions): Layer.Layer<Telemetry> =>
    layerObservers(Telemetry, Effect.succeed([observerOf(sink, options)]))

  /** A layer for a sink made by an effect. Its finalizers run when the layer closes, after the sink has been flushed. */
  static readonly layerSinkScoped = <E, R>(
    sink: Effect.Effect<TelemetrySink, E, R>,
    options?: ScopedSinkOptions
  ): Layer.Layer<Telemetry, E, Exclude<R, Scope.Scope>> => layerObservers(Telemetry, acquireSink(sink, options))

  /**
   * A sink whose hooks are effects, for `layerSinkScoped`: a bounded queue and a worker in the layer's scope, drained on release.
   * Records that do not fit are dropped and counted; see `QueuedSink.stats`.
   */
  static readonly sinkFromEffect: <R = never>(
    options: EffectSinkOptions<R>
  ) => Effect.Effect<QueuedSink, never, R | Scope.Scope> = sinkFromEffect

  /**
   * The layer named by the config value `LOOM_TELEMETRY`: `none`, `console`, `memory`, `file:./traces.jsonl`, or several separated by
   * commas; unset or empty means `none`. Any other value fails with a `ConfigError` that lists the valid forms. `otel` is accepted by the
   * variant in `loom-telemetry/otel`. The sinks are loaded when the layer is built, which is asynchronous.
   */
  static readonly layerConfig: SpecLayer = Layer.unwrapEffect(
    Effect.map(byName, ({ makeLayerConfig }) => makeLayerConfig({}))
  )

  /** The layer named by a string of the same form. */
  static readonly layerSpec: (spec: string) => SpecLayer = (spec) =>
    Layer.unwrapEffect(Effect.map(byName, ({ makeLayerSpec }) => makeLayerSpec({})(spec)))
}
