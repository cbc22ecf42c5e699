/**
 * What a tree of spans is made of. `TraceTree` makes them.
 */
import type { Attributes } from "../../records/attributes.js"
import type { EventData, MetricData } from "../../records/SpanData.js"
import { isFailed, type Outcome, type SpanLink } from "../../records/SpanRecord.js"
import type { DroppedRecord } from "../../records/wire/encode.js"
import type { BadEntry } from "../TraceEntry.js"

/** A span in its place. */
export interface TraceNode {
  /** What the program called it, such as `loom.turn`. */
  readonly name: string
  /** As in the file. */
  readonly traceId: string
  /** As in the file. */
  readonly spanId: string
  /** As in the file; `null` for a root. The parent itself may be missing: see `orphan`. */
  readonly parentSpanId: string | null
  /** Nanoseconds since the epoch. */
  readonly start: bigint
  /** Nanoseconds since the epoch, not before `start`; `undefined` while it is open. */
  readonly end: bigint | undefined
  /** Elapsed milliseconds, ≥ 0, fractional; `undefined` while it is open. */
  readonly durationMs: number | undefined
  /** Of an open span those that it had when it was written. */
  readonly attributes: Attributes
  /** `undefined` while it is open. */
  readonly outcome: Outcome | undefined
  /** `Name: message` of what it failed or died with; `null` where it did not. */
  readonly exception: string | null
  /** What happened in it, in order. */
  readonly events: ReadonlyArray<EventData>
  /** Its relations to spans that are not its parent. */
  readonly links: ReadonlyArray<SpanLink>
  /** The line of its last record, from 1; for records in memory their order. */
  readonly line: number
  /** Whether it has ended, as far as the records say. */
  readonly state: "ended" | "open"
  /** Whether it has a parent that is not there. */
  readonly orphan: boolean
  /** Whether another span with the same ids was read before. */
  readonly duplicate: boolean
  /** Whether it is its own ancestor: the circle is cut here, and it stands as a root. */
  readonly cyclic: boolean
  /** What ran in it, by the time at which they began. */
  readonly children: ReadonlyArray<TraceNode>
  /** What was measured in it, in the order in which it was emitted. */
  readonly metrics: ReadonlyArray<MetricData>
}

/** The spans of one trace id. */
export interface Trace {
  /** As in the file. */
  readonly traceId: string
  /** By the time at which they began. */
  readonly roots: ReadonlyArray<TraceNode>
  /** How many spans, open ones included. */
  readonly spans: number
  /** How many have not ended. */
  readonly open: number
  /** How many failed, tools that are not `ok` included. */
  readonly failed: number
  /** The first instant that is known, in nanoseconds since the epoch. */
  readonly start: bigint
  /** The last instant that is known, in nanoseconds since the epoch. */
  readonly end: bigint
  /** What was measured in spans that are not there. */
  readonly metrics: ReadonlyArray<MetricData>
}

/** All that a file holds. */
export interface TraceForest {
  /** By the time at which they began. */
  readonly traces: ReadonlyArray<Trace>
  /** What was measured outside of any trace. */
  readonly metrics: ReadonlyArray<MetricData>
  /** What the writers say about records that they did not write. */
  readonly dropped: ReadonlyArray<DroppedRecord>
  /** How many records were not written, as the writers say. */
  readonly droppedTotal: number
  /** Lines that hold no record, the first hundred. */
  readonly bad: ReadonlyArray<BadEntry>
  /** How many lines hold no record. */
  readonly badTotal: number
}

/** The end of a span; one that has not ended lasts until `last`, the end of its trace. */
export const endOf = ({ end, start }: Pick<TraceNode, "end" | "start">, last: bigint): bigint =>
  end ?? (last > start ? last : start)

/** Whether a span failed; a tool that is not `ok` did, whatever its outcome. */
export const hasFailed = ({ attributes, outcome }: Pick<TraceNode, "attributes" | "outcome">): boolean =>
  outcome !== undefined && isFailed({ outcome, attributes })
