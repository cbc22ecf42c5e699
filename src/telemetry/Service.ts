/**
 * What stands behind the `Telemetry` tag: a recorder with its sinks, the tracer that feeds it, or nothing at all.
 */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type * as Tracer from "effect/Tracer"
import type { Recorder } from "./Recorder.js"
import type { LoomTracer } from "./tracing/LoomTracer.js"

/** Attributes as people give them: any values, normalised before any sink sees them. */
export interface AttributesInput {
  readonly [key: string]: unknown
}

/** Attributes, or a function that makes them; it is not called where nothing records. */
export type LazyAttributes = AttributesInput | (() => AttributesInput)

/** The recorder and the tracer that feeds it. */
export interface Recording {
  readonly recorder: Recorder
  readonly tracer: LoomTracer
}

/**
 * The service: the same operations as the statics of `Telemetry`, bound to one layer's sinks wherever they are used.
 */
export interface TelemetryService {
  /** The names of the sinks, in declaration order; empty where nothing records. */
  readonly sinks: ReadonlyArray<string>
  /** Runs an effect inside a span of these sinks. */
  readonly withSpan: (
    name: string,
    attributes?: LazyAttributes
  ) => <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Runs a stream inside a span of these sinks. */
  readonly withSpanStream: (
    name: string,
    attributes?: LazyAttributes
  ) => <A, E, R>(self: Stream.Stream<A, E, R>) => Stream.Stream<A, E, R>
  /** Opens a span that ends with the scope. */
  readonly spanScoped: (name: string, attributes?: LazyAttributes) => Effect.Effect<Tracer.Span, never, Scope.Scope>
  /** Sets attributes on the current span. */
  readonly annotate: (attributes: LazyAttributes) => Effect.Effect<void>
  /** Takes one measurement. */
  readonly emitMetric: (name: string, value: number, attributes?: LazyAttributes) => Effect.Effect<void>
  /** Completes when every sink has written what was recorded so far, or given up within its cap; never fails. */
  readonly flush: Effect.Effect<void>
  /** How this service records; `undefined` where nothing does. Not for use outside the package. */
  readonly recording: Recording | undefined
}
