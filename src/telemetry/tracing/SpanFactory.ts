/**
 * Who makes spans, and with them their ids: one authority for all sinks of a recorder.
 *
 * A sink may bring one: tests bring one that counts, OpenTelemetry brings its SDK. Where several do, an authoritative one comes first.
 */
import type * as Context from "effect/Context"
import type * as Tracer from "effect/Tracer"
import { type IdSource, randomIds } from "./ids.js"
import { LoomSpan, type SpanOwner } from "./LoomSpan.js"

/** What a span opens with. */
export interface SpanOpening {
  /** As records hold it. */
  readonly name: string
  readonly parent: Tracer.AnySpan | undefined
  /** Nanoseconds since the epoch. */
  readonly start: bigint
  readonly kind: Tracer.SpanKind
  readonly context: Context.Context<never>
}

/** Makes spans. */
export interface SpanFactory {
  readonly make: (owner: SpanOwner, opening: SpanOpening) => LoomSpan
  /** Runs each step of a fiber, where the factory's own context has to follow the fiber. */
  readonly context?: Tracer.Tracer["context"]
  /** Whether its ids have to be used where it is among the sinks. */
  readonly isAuthority: boolean
}

/** Spans with ids from a source. */
export const fromIds = (ids: IdSource): SpanFactory => ({
  isAuthority: false,
  make: (owner, { context, kind, name, parent, start }) =>
    new LoomSpan(
      owner,
      name,
      parent === undefined ? ids.traceId() : parent.traceId,
      ids.spanId(),
      parent,
      start,
      kind,
      context,
      parent === undefined ? true : parent.sampled
    )
})

/** Spans with random ids. */
export const defaultFactory: SpanFactory = fromIds(randomIds)

/** The factory that makes the spans where these are offered. */
export const chooseFactory = (offered: ReadonlyArray<SpanFactory>): SpanFactory =>
  offered.find((factory) => factory.isAuthority) ?? offered[0] ?? defaultFactory
