/**
 * The service that agents emit through, and the combinators that use it.
 *
 * Instrumented code calls the statics; they need no `Telemetry` in `R` and do nothing if none is provided, so that a signature
 * never changes. The layer provided at the edge of the program decides which sinks record; an inner one overrides an outer one, as with any tag. Two
 * traps: a layer works for what runs under it, not for a separate `Effect.runPromise`; and layers chosen by name load their sinks when they are built, so
 * they cannot be built synchronously.
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

/** The ambient service of a fiber, read without asking for it in `R`. */
export const ambient: Lookup = (fiber): Recording | undefined => recordingOf(ambientService(fiber))

const ambientService = (fiber: Fiber.RuntimeFiber<unknown, unknown>): TelemetryService | undefined =>
  fiber.currentContext.unsafeMap.get(telemetryKey)

/** A sink layer chosen by name. */
export type SpecLayer = Layer.Layer<Telemetry, ConfigError.ConfigError | TelemetryOpenError, FileSystem.FileSystem>

// Loaded when a layer is built, so that importing the service does not load every sink.
const byName = Effect.promise(() => import("../config/layerSpec.js"))

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
   * `attributes` may be a function; it is not called if nothing records. `options` are Effect's: `kind`, `links`, `root`.
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
   * Runs a stream inside a span: open until the stream ends, fails or is abandoned by its consumer (then `"interrupted"`).
   * Everything inside the stream is its child; the consumer is not.
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
   * A span as a scoped resource: opened now, ended with the scope's exit. It does not become the parent of what follows;
   * use `Effect.withParentSpan(span)` for the effects that should be its children.
   */
  static readonly spanScoped = (
    name: string,
    attributes?: LazyAttributes,
    options?: TelemetrySpanOptions
  ): Effect.Effect<Tracer.Span, never, Scope.Scope> => spanInScope(ambient, name, attributes, options)

  /** Sets attributes on the current span, for values that are known only later, such as token counts. */
  static readonly annotate = (attributes: LazyAttributes): Effect.Effect<void> => annotateCurrent(ambient, attributes)

  /**
   * Takes one measurement. Names ending in `_ms`, `_seconds` or `_bytes` are histograms, all others counters. A negative or
   * non-finite counter, or one without a name, is dropped, counted and logged once.
   */
  static readonly emitMetric = (name: string, value: number, attributes?: LazyAttributes): Effect.Effect<void> =>
    measure(ambient, name, value, attributes)

  /**
   * Judges the current span: by a number, a label, or both. An invalid score is dropped, counted and logged once: without a name, a value or a label, with
   * a value that is not finite, or outside of spans.
   *
   * @example
   * answer.pipe(Effect.tap(() => Telemetry.score("correctness", { value: 0.9, source: "model", explanation: "…" })))
   */
  static readonly score = (name: string, judgement: Judgement): Effect.Effect<void> =>
    judge(ambient, "current", name, judgement)

  /**
   * Judges a span by its ids, or a whole trace by its trace id. It may have ended long ago, in another process. Ids that are malformed make a score invalid.
   */
  static readonly scoreOf = (target: ScoreTarget, name: string, judgement: Judgement): Effect.Effect<void> =>
    judge(ambient, target, name, judgement)

  /**
   * Records what a person thinks of a trace, for a web server's handler: thumbs, stars and a comment, by the trace id that came with the answer. Takes the
   * body of a request as it is; fails with `InvalidFeedback` and records nothing if it is invalid.
   *
   * @example
   * Telemetry.feedback({ traceId, thumbs: "down", comment: "The price is wrong" })
   */
  static readonly feedback = (feedback: Feedback): Effect.Effect<void, InvalidFeedback> =>
    giveFeedback(feedback, ({ judgement, name, target }) => judge(ambient, target, name, judgement))

  /**
   * Completes when every sink has written what was recorded so far, or has timed out. Never fails: the sinks' `stats` count what was
   * not written.
   */
  static readonly flush: Effect.Effect<void> = Effect.withFiberRuntime((fiber) =>
    ambientService(fiber)?.flush ?? Effect.void
  )

  /** A layer from your own sink: any object with the hooks of `TelemetrySink`. */
  static readonly layerSink = (sink: TelemetrySink, options?: SinkErrorOptions): Layer.Layer<Telemetry> =>
    layerObservers(Telemetry, Effect.succeed([observerOf(sink, options)]))

  /** A layer from a sink that is made by an effect; its finalizers run when the layer closes, after the sink was flushed. */
  static readonly layerSinkScoped = <E, R>(
    sink: Effect.Effect<TelemetrySink, E, R>,
    options?: ScopedSinkOptions
  ): Layer.Layer<Telemetry, E, Exclude<R, Scope.Scope>> => layerObservers(Telemetry, acquireSink(sink, options))

  /**
   * A sink whose hooks are effects, for `layerSinkScoped`: a bounded queue and a worker in the layer's scope, drained on release.
   * Records that do not fit are counted, see `QueuedSink.stats`.
   */
  static readonly sinkFromEffect: <R = never>(
    options: EffectSinkOptions<R>
  ) => Effect.Effect<QueuedSink, never, R | Scope.Scope> = sinkFromEffect

  /**
   * The layer that the config value `LOOM_TELEMETRY` names: `none`, `console`, `memory`, `file:./traces.jsonl`, or several separated by
   * commas; unset or empty is `none`. Anything else is a `ConfigError` that names the legal forms. `otel` is accepted by the variant of
   * `loom-telemetry/otel`. The sinks are loaded when the layer is built, which is asynchronous.
   */
  static readonly layerConfig: SpecLayer = Layer.unwrapEffect(
    Effect.map(byName, ({ makeLayerConfig }) => makeLayerConfig({}))
  )

  /** The layer named by a text, in the same form. */
  static readonly layerSpec: (spec: string) => SpecLayer = (spec) =>
    Layer.unwrapEffect(Effect.map(byName, ({ makeLayerSpec }) => makeLayerSpec({})(spec)))
}
