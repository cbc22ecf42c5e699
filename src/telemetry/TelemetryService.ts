/**
 * The service behind the `Telemetry` tag: a recorder with its sinks and the tracer that feeds it, or nothing at all.
 */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type * as Tracer from "effect/Tracer"
import type { ScoreTarget } from "../records/ScoreRecord.js"
import type { Feedback, InvalidFeedback } from "./feedback.js"
import type { AttributesInput, Judgement, LazyAttributes } from "./input.js"
import type { Recorder } from "./Recorder.js"
import type { LoomTracer } from "./tracing/LoomTracer.js"

export type { AttributesInput, Judgement, LazyAttributes }

/** How a span stands among others; the options that Effect's spans have too. */
export interface TelemetrySpanOptions {
  /** What the span is to a remote system. Default `"internal"`. */
  readonly kind?: Tracer.SpanKind | undefined
  /** Spans that this one has to do with and is no child of, of this trace or others. */
  readonly links?: ReadonlyArray<Tracer.SpanLink> | undefined
  /** Whether it begins a trace of its own, wherever it is opened. Default `false`. */
  readonly root?: boolean | undefined
}

/** The recorder and the tracer that feeds it. */
export interface Recording {
  /** The version of what copies of this package hand to each other; see `copies.ts`. */
  readonly copyVersion: number
  readonly recorder: Recorder
  readonly tracer: LoomTracer
}

/** The service: the same operations as the statics of `Telemetry`, bound to the sinks of one layer. */
export interface TelemetryService {
  /** The names of the sinks, in declaration order; empty if nothing records. */
  readonly sinks: ReadonlyArray<string>
  /** Runs an effect inside a span of these sinks. */
  readonly withSpan: (
    name: string,
    attributes?: LazyAttributes,
    options?: TelemetrySpanOptions
  ) => <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Runs a stream inside a span of these sinks. */
  readonly withSpanStream: (
    name: string,
    attributes?: LazyAttributes,
    options?: TelemetrySpanOptions
  ) => <A, E, R>(self: Stream.Stream<A, E, R>) => Stream.Stream<A, E, R>
  /** Opens a span that ends with the scope. */
  readonly spanScoped: (
    name: string,
    attributes?: LazyAttributes,
    options?: TelemetrySpanOptions
  ) => Effect.Effect<Tracer.Span, never, Scope.Scope>
  /** Sets attributes on the current span. */
  readonly annotate: (attributes: LazyAttributes) => Effect.Effect<void>
  /** Takes one measurement. */
  readonly emitMetric: (name: string, value: number, attributes?: LazyAttributes) => Effect.Effect<void>
  /** Judges the current span. */
  readonly score: (name: string, judgement: Judgement) => Effect.Effect<void>
  /** Judges the span or the trace with these ids, which may have ended long ago, in another process. */
  readonly scoreOf: (target: ScoreTarget, name: string, judgement: Judgement) => Effect.Effect<void>
  /** Records what a person thinks of a trace. Fails, and records nothing, if the feedback is invalid. */
  readonly feedback: (feedback: Feedback) => Effect.Effect<void, InvalidFeedback>
  /** Completes when every sink has written what was recorded so far, or has timed out; never fails. */
  readonly flush: Effect.Effect<void>
  /** How this service records; `undefined` if nothing does. Internal. */
  readonly recording: Recording | undefined
}
