/**
 * The API for programs without Effect: the operations of `Telemetry` as plain functions.
 */
/// <reference lib="esnext.disposable" preserve="true" />
import type * as Effect from "effect/Effect"
import type { ScoreTarget } from "../records/ScoreRecord.js"
import type { Feedback } from "../telemetry/feedback.js"
import type { RunContextShape } from "../telemetry/RunContext.js"
import type { AttributesInput, Judgement, LazyAttributes, TelemetryService } from "../telemetry/TelemetryService.js"
import type { TraceCarrier } from "../telemetry/tracing/traceContext.js"
import type { AsyncSource } from "./iteration.js"

/** The ids of a span. */
export interface SpanIds {
  /** 32 lower-case hexadecimal digits. */
  readonly traceId: string
  /** 16 lower-case hexadecimal digits. */
  readonly spanId: string
}

/** Telemetry for asynchronous code. `R` is what the layer provides, for `runPromise`. All functions can be destructured from the object. */
export interface PromiseTelemetry<R> {
  /**
   * Runs a function inside a span and passes on its result or exception. If the result is a promise, the span ends when it settles. Everything the
   * function starts runs inside the span too. An `AbortError` is recorded as `"interrupted"`, every other exception as `"failure"`.
   *
   * A thenable that is not a promise, such as a lazy database query, is started inside the span and becomes a promise.
   */
  readonly withSpan: {
    /** Runs a function inside a span, which ends when the function returns or its promise settles. */
    <A>(name: string, body: () => A): A
    /** Runs a function inside a span with attributes. Attributes given as a function are computed only if something records. */
    <A>(name: string, attributes: LazyAttributes | undefined, body: () => A): A
  }
  /** Iterates inside a span, which is open from the first step until the iteration ends, fails or is abandoned. */
  readonly withSpanStream: {
    /** Iterates inside a span, open until the iteration ends, fails or is abandoned. */
    <A>(name: string, source: AsyncSource<A>): AsyncGenerator<A, void, undefined>
    /** Iterates inside a span with attributes. Attributes given as a function are computed only if something records. */
    <A>(
      name: string,
      attributes: LazyAttributes | undefined,
      source: AsyncSource<A>
    ): AsyncGenerator<A, void, undefined>
  }
  /** Sets attributes on the current span; does nothing outside of spans. */
  readonly annotate: (attributes: AttributesInput | (() => AttributesInput)) => void
  /**
   * Records one measurement. Names ending in `_ms`, `_seconds` or `_bytes` are histograms, all others counters. A counter with a negative or
   * non-finite value, or without a name, is dropped, counted and logged once.
   */
  readonly emitMetric: (name: string, value: number, attributes?: LazyAttributes) => void
  /**
   * Scores the current span with a number, a label, or both. An invalid score is dropped, counted and logged once: one without a name, with neither
   * a value nor a label, with a value that is not finite, or outside of spans.
   */
  readonly score: (name: string, judgement: Judgement) => void
  /** Scores the span or trace with these ids, which may have ended long ago, in another process. */
  readonly scoreOf: (target: ScoreTarget, name: string, judgement: Judgement) => void
  /**
   * Records a person's feedback on a trace: thumbs, stars or a comment, by the trace id that was sent with the answer. Made for a web server's
   * handler: it accepts the request body unchecked, and if that is invalid it throws `InvalidFeedback` and records nothing.
   */
  readonly feedback: (feedback: Feedback) => void
  /**
   * Runs a function for a user and a session: spans inside carry `user_id` and `session_id`, metrics carry `user_id`. Members that are not given are
   * inherited from the enclosing `withRun`.
   */
  readonly withRun: <A>(members: RunContextShape, body: () => A) => A
  /**
   * Runs an effect, as a child of the current span. Functions called inside it find the effect's span. Rejects with the effect's own error, or with
   * an `InterruptedException` once `signal` has aborted.
   */
  readonly runPromise: <A, E>(
    effect: Effect.Effect<A, E, R>,
    options?: { readonly signal?: AbortSignal }
  ) => Promise<A>
  /** The ids of the current span, which may belong to another process; `undefined` outside of spans. */
  readonly currentSpan: () => SpanIds | undefined
  /**
   * The headers that propagate the current span: `traceparent`, plus `tracestate` and `baggage` if they were received. With OpenTelemetry, its
   * active baggage is propagated too, even outside of spans. Empty if there is neither a span nor baggage.
   */
  readonly traceHeaders: () => Record<string, string>
  /** Runs a function as part of the trace named by the headers. Without a valid `traceparent` it just runs the function. */
  readonly continueTrace: <A>(headers: TraceCarrier | null | undefined, body: () => A) => A
  /** Resolves when every sink has written what was recorded so far or has reached its time limit. Never rejects. */
  readonly flush: () => Promise<void>
  /**
   * Flushes and closes the sinks, within `closeTimeout`. A second call returns the same promise. Functions still run afterwards but are no longer
   * recorded; the first one logs a warning. Rejects only with an exception thrown by a custom sink.
   */
  readonly close: () => Promise<void>
  /** `close`, for `await using`. */
  readonly [Symbol.asyncDispose]: () => Promise<void>
  /** The underlying service, for APIs that take one, such as `TelemetrySpanProcessor`. */
  readonly service: TelemetryService
}
