/**
 * The nodes, traces and forests that `TraceTree` builds.
 */
import type { Attributes } from "../../records/attributes.js"
import type { EventData, MetricData } from "../../records/SpanData.js"
import { isFailed, type Outcome, type SpanLink } from "../../records/SpanRecord.js"
import type { DroppedRecord } from "../../records/wire/encode.js"
import type { BadEntry } from "../TraceEntry.js"

/** A span in its tree. */
export interface TraceNode {
  /** What the program called it, such as `loom.turn`. */
  readonly name: string
  /** As in the file. */
  readonly traceId: string
  /** As in the file. */
  readonly spanId: string
  /** As in the file; `null` for a root. The parent may be missing: see `orphan`. */
  readonly parentSpanId: string | null
  /** Nanoseconds since the epoch. */
  readonly start: bigint
  /** Nanoseconds since the epoch, not before `start`; `undefined` while it is open. */
  readonly end: bigint | undefined
  /** Elapsed milliseconds, ≥ 0, fractional; `undefined` while it is open. */
  readonly durationMs: number | undefined
  /** Of an open span, those it had when it was written. */
  readonly attributes: Attributes
  /** `undefined` while it is open. */
  readonly outcome: Outcome | undefined
  /** `Name: message` of the error or defect; `null` if there was none. */
  readonly exception: string | null
  /** Its events, in order. */
  readonly events: ReadonlyArray<EventData>
  /** Its links to spans other than its parent. */
  readonly links: ReadonlyArray<SpanLink>
  /** The line of its last record, from 1; the order of records in memory. */
  readonly line: number
  /** Whether it has ended, according to the records. */
  readonly state: "ended" | "open"
  /** Whether its parent is missing. */
  readonly orphan: boolean
  /** Whether an earlier span has the same ids. */
  readonly duplicate: boolean
  /** Whether it is its own ancestor: the cycle is cut here, so it becomes a root. */
  readonly cyclic: boolean
  /** The spans inside it, in the order in which they started. */
  readonly children: ReadonlyArray<TraceNode>
  /** Measurements taken in it, in the order in which they were emitted. */
  readonly metrics: ReadonlyArray<MetricData>
}

/** The spans of one trace id. */
export interface Trace {
  /** As in the file. */
  readonly traceId: string
  /** In the order in which they started. */
  readonly roots: ReadonlyArray<TraceNode>
  /** Number of spans, open ones included. */
  readonly spans: number
  /** Number of open spans. */
  readonly open: number
  /** Number of failed spans, tools that are not `ok` included. */
  readonly failed: number
  /** The first known instant, in nanoseconds since the epoch. */
  readonly start: bigint
  /** The last known instant, in nanoseconds since the epoch. */
  readonly end: bigint
  /** Measurements of spans that are missing. */
  readonly metrics: ReadonlyArray<MetricData>
}

/** Everything in a file. */
export interface TraceForest {
  /** In the order in which they started. */
  readonly traces: ReadonlyArray<Trace>
  /** Measurements outside any trace. */
  readonly metrics: ReadonlyArray<MetricData>
  /** Reports of dropped records. */
  readonly dropped: ReadonlyArray<DroppedRecord>
  /** Number of dropped records, as reported by their writers. */
  readonly droppedTotal: number
  /** The first hundred lines without a record. */
  readonly bad: ReadonlyArray<BadEntry>
  /** Number of lines without a record. */
  readonly badTotal: number
}

/** The end of a span; one that has not ended lasts until `last`, the end of its trace. */
export const endOf = ({ end, start }: Pick<TraceNode, "end" | "start">, last: bigint): bigint =>
  end ?? (last > start ? last : start)

/** Whether a span failed; a tool that is not `ok` has failed, whatever its outcome. */
export const hasFailed = ({ attributes, outcome }: Pick<TraceNode, "attributes" | "outcome">): boolean =>
  outcome !== undefined && isFailed({ outcome, attributes })
