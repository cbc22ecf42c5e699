/**
 * The nodes, traces and forests that `TraceTree` builds.
 */
import type { Meaning } from "../../dialects/meaning.js"
import type { Attributes } from "../../records/attributes.js"
import type { ScoreData } from "../../records/ScoreData.js"
import type { EventData, MetricData, OpenSpanData, SpanData } from "../../records/SpanData.js"
import { isFailed, type Outcome, type SpanLink } from "../../records/SpanRecord.js"
import type { DroppedRecord } from "../../records/wire/dropped.js"
import type { BadEntry } from "../TraceEntry.js"

/** The fields that only a finished span has. */
type Ending = Omit<SpanData, keyof OpenSpanData>

/** The same fields on a node, which may be open. */
interface NodeEnding {
  /** Nanoseconds since the epoch, not before `start`; `undefined` while it is open. */
  readonly end: bigint | undefined
  /** Elapsed milliseconds, ≥ 0, fractional; `undefined` while it is open. */
  readonly durationMs: number | undefined
  /** `undefined` while it is open. */
  readonly outcome: Outcome | undefined
  /** `Name: message` of the error or defect; `null` if there was none. */
  readonly exception: string | null
  /** Its events, in order. */
  readonly events: ReadonlyArray<EventData>
  /** Its links to spans other than its parent. */
  readonly links: ReadonlyArray<SpanLink>
}

/** A span in its tree, with its fields as in the file. Its parent may be missing: see `orphan`. An open span has the attributes that it had when it was written. */
export interface TraceNode extends Omit<OpenSpanData, "sequence">, Partial<Omit<Ending, keyof NodeEnding>>, NodeEnding {
  /** What it means in the names of this package, whichever producer wrote it: its role, and its attributes with those that were recognised. */
  readonly meaning: Meaning<Attributes>
  /** The line of its last record, from 1; the order of records in memory. */
  readonly line: number
  /** Whether it has ended, according to the records. */
  readonly state: "ended" | "open"
  /** Whether its parent is missing. */
  readonly orphan: boolean
  /** Whether another span with the same ids counts instead: an earlier one, or a later one with different usage. */
  readonly duplicate: boolean
  /** Whether it is its own ancestor: the cycle is cut here, so it becomes a root. */
  readonly cyclic: boolean
  /** The spans inside it, in the order in which they started. */
  readonly children: ReadonlyArray<TraceNode>
  /** Measurements taken in it, in the order in which they were emitted. */
  readonly metrics: ReadonlyArray<MetricData>
  /** Scores of this span, in the order of their lines. */
  readonly scores: ReadonlyArray<ScoreData>
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
  /** Scores of the whole trace, and of spans that are missing. */
  readonly scores: ReadonlyArray<ScoreData>
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
export const hasFailed = (
  { meaning: { attributes }, outcome }: { readonly meaning: Meaning; readonly outcome: Outcome | undefined }
): boolean => outcome !== undefined && isFailed({ outcome, attributes })
