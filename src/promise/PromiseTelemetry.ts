/**
 * What programs without Effect emit through: the operations of `Telemetry` as plain functions.
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

/** Telemetry for asynchronous code. `R` is what the layer provides, for `runPromise`. All functions may be detached from the object. */
export interface PromiseTelemetry<R> {
  /**
   * Runs a function inside a span, and returns or throws what it returns or throws. If that is a promise, the span ends when it settles. What the
   * function starts is inside the span too. An `AbortError` is recorded as `"interrupted"`, every other exception as `"failure"`.
   *
   * A thenable that is not a promise, such as a query that starts with `then`, is started inside the span and becomes a promise.
   */
  readonly withSpan: {
    /** Runs a function inside a span, which ends when the function returns or its promise settles. */
    <A>(name: string, body: () => A): A
    /** Runs a function inside a span with attributes; as a function, they are computed only where something records. */
    <A>(name: string, attributes: LazyAttributes | undefined, body: () => A): A
  }
  /** Iterates inside a span, which is open from the first step until the iteration ends, fails or is left. */
  readonly withSpanStream: {
    /** Iterates inside a span, open until the iteration ends, fails or is left. */
    <A>(name: string, source: AsyncSource<A>): AsyncGenerator<A, void, undefined>
    /** Iterates inside a span with attributes; as a function, they are computed only where something records. */
    <A>(
      name: string,
      attributes: LazyAttributes | undefined,
      source: AsyncSource<A>
    ): AsyncGenerator<A, void, undefined>
  }
  /** Sets attributes on the current span; does nothing outside of spans. */
  readonly annotate: (attributes: AttributesInput | (() => AttributesInput)) => void
  /**
   * Takes one measurement. Names ending in `_ms`, `_seconds` or `_bytes` are histograms, all others counters. A negative or non-finite counter, or one
   * without a name, is dropped, counted and logged once.
   */
  readonly emitMetric: (name: string, value: number, attributes?: LazyAttributes) => void
  /**
   * Judges the current span: by a number, a label, or both. An invalid score is dropped, counted and logged once: without a name, a value or a label, with
   * a value that is not finite, or outside of spans.
   */
  readonly score: (name: string, judgement: Judgement) => void
  /** Judges the span or the trace with these ids, which may have ended long ago, in another process. */
  readonly scoreOf: (target: ScoreTarget, name: string, judgement: Judgement) => void
  /**
   * Records what a person thinks of a trace, for a web server's handler: thumbs, stars and a comment, by the trace id that came with the answer. Takes the
   * body of a request as it is; throws `InvalidFeedback` and records nothing if it is invalid.
   */
  readonly feedback: (feedback: Feedback) => void
  /** Runs a function for a user and a session: spans inside carry `user_id` and `session_id`, metrics `user_id`. Adds to the run around it. */
  readonly withRun: <A>(members: RunContextShape, body: () => A) => A
  /**
   * Runs an effect, as a child of the current span. Functions called inside it find the effect's span. Rejects with the effect's own error, or with
   * an `InterruptedException` once `signal` has aborted.
   */
  readonly runPromise: <A, E>(
    effect: Effect.Effect<A, E, R>,
    options?: { readonly signal?: AbortSignal }
  ) => Promise<A>
  /** The ids of the current span, which may be one in another process; `undefined` outside of spans. */
  readonly currentSpan: () => SpanIds | undefined
  /**
   * The headers that pass on the current span: `traceparent`, and `tracestate` and `baggage` if they came in. With OpenTelemetry its active baggage is
   * passed on too, outside of spans as well. Empty without either.
   */
  readonly traceHeaders: () => Record<string, string>
  /** Runs a function as part of the trace that the headers name. Without a valid `traceparent` it runs as it is. */
  readonly continueTrace: <A>(headers: TraceCarrier | null | undefined, body: () => A) => A
  /** Resolves when every sink has written what was recorded so far, or has given up within its cap. Never rejects. */
  readonly flush: () => Promise<void>
  /**
   * Flushes and closes the sinks, within `closeTimeout`. A second call returns the same promise. Afterwards bodies still run, but are no longer
   * recorded, which is logged once. Rejects only with what a sink of your own threw.
   */
  readonly close: () => Promise<void>
  /** `close`, for `await using`. */
  readonly [Symbol.asyncDispose]: () => Promise<void>
  /** The service, for what takes one, such as `TelemetrySpanProcessor`. */
  readonly service: TelemetryService
}
