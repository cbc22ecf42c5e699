/**
 * Creates spans and their ids: one factory for all sinks of a recorder.
 *
 * A sink may bring its own: tests use one that counts, OpenTelemetry its SDK. If several sinks do, an authoritative one is preferred.
 */
import type * as Tracer from "effect/Tracer"
import { type IdSource, randomIds } from "./ids.js"
import { LoomSpan, type SpanOwner } from "./LoomSpan.js"
import type { SpanOpening } from "./safe.js"
import { headersOfSpan, type TraceHeaders } from "./traceContext.js"

/** Creates spans. */
export interface SpanFactory {
  readonly make: (owner: SpanOwner, opening: SpanOpening) => LoomSpan
  /** Runs each step of a fiber, for a factory whose own context must follow the fiber. */
  readonly context?: Tracer.Tracer["context"]
  /** Outside of fibers: runs a function in the factory's own context of a span. */
  readonly inContextOf?: <A>(span: Tracer.AnySpan | undefined, execute: () => A) => A
  /** Outside of fibers: the active span of the factory's own context, if this package did not create it. */
  readonly activeParent?: (owner: SpanOwner) => Tracer.AnySpan | undefined
  /** The headers that propagate a span, for a factory whose own context holds more than the span: baggage, or that tracing is suppressed. */
  readonly headers?: (span: Tracer.AnySpan | undefined) => TraceHeaders
  /** Whether its ids must be used if it is among the sinks. */
  readonly isAuthority: boolean
}

/** Spans with ids from a source. */
export const fromIds = (ids: IdSource): SpanFactory => ({
  isAuthority: false,
  make: (owner, opening) => {
    const { parent } = opening
    return new LoomSpan(
      owner,
      opening,
      parent === undefined ? ids.traceId() : parent.traceId,
      ids.spanId(),
      parent === undefined ? true : parent.sampled
    )
  }
})

/** Spans with random ids. */
export const defaultFactory: SpanFactory = fromIds(randomIds)

/** Chooses one of the factories that the sinks offer. */
export const chooseFactory = (offered: ReadonlyArray<SpanFactory>): SpanFactory =>
  offered.find((factory) => factory.isAuthority) ?? offered[0] ?? defaultFactory

/** The headers that propagate a span; empty without one, unless the factory's own context holds something. */
export const headersBelow = (factory: SpanFactory | undefined, span: Tracer.AnySpan | undefined): TraceHeaders =>
  factory?.headers !== undefined ? factory.headers(span) : span === undefined ? {} : headersOfSpan(span)
