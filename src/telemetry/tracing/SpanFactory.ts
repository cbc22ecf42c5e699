/**
 * Who makes spans, and with them their ids: one authority for all sinks of a recorder.
 *
 * A sink may bring one: tests bring one that counts, OpenTelemetry brings its SDK. Where several do, an authoritative one comes first.
 */
import type * as Tracer from "effect/Tracer"
import { type IdSource, randomIds } from "./ids.js"
import { LoomSpan, type SpanOwner } from "./LoomSpan.js"
import type { SpanOpening } from "./safe.js"
import { headersOfSpan, type TraceHeaders } from "./traceContext.js"

/** Makes spans. */
export interface SpanFactory {
  readonly make: (owner: SpanOwner, opening: SpanOpening) => LoomSpan
  /** Runs each step of a fiber, where the factory's own context has to follow the fiber. */
  readonly context?: Tracer.Tracer["context"]
  /** The same outside of fibers: runs something in the factory's own context of a span. */
  readonly inContextOf?: <A>(span: Tracer.AnySpan | undefined, execute: () => A) => A
  /** Outside of fibers, the span that the factory's own context has and that this package did not make. */
  readonly activeParent?: (owner: SpanOwner) => Tracer.AnySpan | undefined
  /** The headers that pass on a span, where the factory's own context holds more than the span: baggage, or that tracing is suppressed. */
  readonly headers?: (span: Tracer.AnySpan | undefined) => TraceHeaders
  /** Whether its ids have to be used where it is among the sinks. */
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

/** The factory that makes the spans where these are offered. */
export const chooseFactory = (offered: ReadonlyArray<SpanFactory>): SpanFactory =>
  offered.find((factory) => factory.isAuthority) ?? offered[0] ?? defaultFactory

/** The headers that pass on a span; empty without one, unless the factory's own context holds something. */
export const headersBelow = (factory: SpanFactory | undefined, span: Tracer.AnySpan | undefined): TraceHeaders =>
  factory?.headers !== undefined ? factory.headers(span) : span === undefined ? {} : headersOfSpan(span)
