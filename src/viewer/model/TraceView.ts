/**
 * A trace as the page draws it: its spans in the order of a walk through the tree, each with its place, its state and what its subtree used.
 *
 * Plain data, made once from the readers' tree and never changed; times are milliseconds since the trace began, because a screen needs no
 * nanoseconds. Every text is as recorded, so foreign: see `format`.
 */
import type { Attributes } from "../../records/attributes.js"
import type { EventData, MetricData } from "../../records/SpanData.js"
import type { Outcome, SpanLink } from "../../records/SpanRecord.js"
import type { SpanKind } from "./kind.js"
import type { QueryField } from "./query.js"

/** How a span ended, or that it has not. */
export type SpanState = Outcome | "open"

/** What was used; counts are ≥ 0, the cost is in US dollars. */
export interface UsageView {
  readonly tokensIn: number
  readonly tokensOut: number
  readonly cachedTokensIn: number
  /** 0 also where nothing was priced. */
  readonly costUsd: number
}

/** A span in its trace. */
export interface SpanView {
  /** Its place in `TraceView.spans`. */
  readonly index: number
  /** The index of its parent, or -1. */
  readonly parent: number
  /** Levels below its root, ≥ 0. */
  readonly depth: number
  /** Spans in its subtree, itself included. */
  readonly size: number
  readonly traceId: string
  readonly spanId: string
  /** As recorded: also where that span is not in the file. */
  readonly parentSpanId: string | null
  readonly name: string
  readonly kind: SpanKind
  readonly state: SpanState
  /** What is odd about its place in the tree: `parent missing`, `id twice`; empty where nothing is. */
  readonly oddity: string
  /** Milliseconds since the trace began. */
  readonly start: number
  /** The same; of an open span the last that is known of its trace. */
  readonly end: number
  /** Milliseconds; of an open span up to `end`. */
  readonly durationMs: number
  /** The most children that ran at once; 0 or 1 where none ran side by side. */
  readonly parallel: number
  readonly attributes: Attributes
  readonly exception: string | null
  readonly events: ReadonlyArray<EventData>
  /** When each event happened, in milliseconds since the trace began. */
  readonly eventTimes: ReadonlyArray<number>
  readonly links: ReadonlyArray<SpanLink>
  readonly metrics: ReadonlyArray<MetricData>
  /** Of its subtree. */
  readonly usage: UsageView
}

/** A trace. */
export interface TraceView {
  readonly traceId: string
  readonly spans: ReadonlyArray<SpanView>
  /** When its first span began, in milliseconds since the epoch. */
  readonly startedAt: number
  /** From its first beginning to its last end, in milliseconds. */
  readonly totalMs: number
  /** Its agent's name, or its first root's. */
  readonly title: string
  /** Of its first root; open where any root is. */
  readonly state: SpanState
  readonly failed: number
  readonly interrupted: number
  readonly open: number
  readonly usage: UsageView
  /** What its spans say of users, models, tools: for the filters. */
  readonly values: ReadonlyMap<QueryField, ReadonlySet<string>>
}
