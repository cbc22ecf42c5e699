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

/** The kind, links and parent of a span; the same options as Effect's spans. */
export interface TelemetrySpanOptions {
  /** The span's role towards remote systems: `"internal"`, `"client"`, `"server"`, `"producer"` or `"consumer"`. Default `"internal"`. */
  readonly kind?: Tracer.SpanKind | undefined
  /** Related spans that are not parents, in this trace or another. */
  readonly links?: ReadonlyArray<Tracer.SpanLink> | undefined
  /** Whether the span starts a new trace, even inside another span. Default `false`. */
  readonly root?: boolean | undefined
}

/** The recorder and the tracer that feeds it. */
export interface Recording {
  /** The version of the interface between copies of this package; see `copies.ts`. */
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
  /** Records one measurement. */
  readonly emitMetric: (name: string, value: number, attributes?: LazyAttributes) => Effect.Effect<void>
  /** Scores the current span. */
  readonly score: (name: string, judgement: Judgement) => Effect.Effect<void>
  /** Scores the span or the trace with these ids, which may have ended long ago, in another process. */
  readonly scoreOf: (target: ScoreTarget, name: string, judgement: Judgement) => Effect.Effect<void>
  /** Records a person's feedback on a trace. Fails, and records nothing, if the feedback is invalid. */
  readonly feedback: (feedback: Feedback) => Effect.Effect<void, InvalidFeedback>
  /** Completes when every sink has written what was recorded so far, or has timed out; never fails. */
  readonly flush: Effect.Effect<void>
  /** How this service records; `undefined` if nothing does. Internal. */
  readonly recording: Recording | undefined
}
