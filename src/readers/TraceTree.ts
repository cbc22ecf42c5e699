/**
 * Builds trees from records: a trace's roots first, children in the order in which they started, measurements with their span.
 *
 * No span is left out: orphans, open spans, duplicates and spans that are their own ancestors are kept and marked. An orphan need not be an error: its
 * parent may be in another service's file. All records are held in memory; for larger files use `TraceSummary`.
 */
import type { MetricRecord } from "../records/MetricRecord.js"
import { type ScoreData, scoreData } from "../records/ScoreData.js"
import type { ScoreRecord } from "../records/ScoreRecord.js"
import { metricData, openSpanData, spanData } from "../records/SpanData.js"
import type { SpanRecord, SpanStart } from "../records/SpanRecord.js"
import type { DecodedLine } from "../records/wire/line.js"
import type { TraceEntry } from "./TraceEntry.js"
import { TraceBuilder } from "./tree/TraceBuilder.js"
import type { Trace, TraceForest, TraceNode } from "./tree/TraceNode.js"

export { label } from "./tree/label.js"
export { hasFailed, type Trace, type TraceForest, type TraceNode } from "./tree/TraceNode.js"

/** Collects records one by one. */
export interface TreeBuilder {
  /** Adds the next record or bad line. */
  readonly add: (entry: TraceEntry | DecodedLine) => void
  /** The trees of all records so far. Can be called repeatedly; each call costs time proportional to the number of records. */
  readonly forest: () => TraceForest
}

/** An empty builder. */
export const builder = (): TreeBuilder => {
  const building = new TraceBuilder()
  return { add: (entry) => building.add(entry), forest: () => building.forest() }
}

/** The trees of these entries. */
export const fromEntries = (entries: Iterable<TraceEntry | DecodedLine>): TraceForest => {
  const { add, forest } = builder()
  for (const entry of entries) {
    add(entry)
  }
  return forest()
}

/** A node during a walk. */
export interface Visit {
  /** The node. */
  readonly node: TraceNode
  /** 0 for a root. */
  readonly depth: number
  /** Its parent; `undefined` for a root. */
  readonly parent: TraceNode | undefined
}

/** All nodes, each before its children. Trees may be deeper than the call stack. */
export function* nodes(roots: Iterable<TraceNode>): Generator<Visit, void, void> {
  const stack: Array<Visit> = [...roots].reverse().map((node) => ({ node, depth: 0, parent: undefined }))
  for (let visit = stack.pop(); visit !== undefined; visit = stack.pop()) {
    yield visit
    const { children } = visit.node
    for (let index = children.length - 1; index >= 0; index--) {
      stack.push({ node: children[index]!, depth: visit.depth + 1, parent: visit.node })
    }
  }
}

/** The scores to show on a node: its own, and on the first root of a trace also those of the whole trace. */
export const scoresOn = (trace: Trace, node: TraceNode): ReadonlyArray<ScoreData> =>
  node === trace.roots[0]
    ? [...trace.scores.filter(({ spanId }) => spanId === null), ...node.scores]
    : node.scores

/** Records other than finished spans. */
export interface OtherRecords {
  /** Spans that have not ended. */
  readonly open?: Iterable<SpanStart>
  /** Measurements; those taken in a span are attached to it. */
  readonly metrics?: Iterable<MetricRecord>
  /** Scores; those of a span are attached to it. */
  readonly scores?: Iterable<ScoreRecord>
}

/** The trees of records in memory. */
export const fromSpans = (
  spans: Iterable<SpanRecord>,
  { metrics = [], open = [], scores = [] }: OtherRecords = {}
): TraceForest => {
  const builder = new TraceBuilder()
  let order = 0
  for (const span of spans) {
    builder.add({ kind: "span", span: { ...spanData(span, ++order), durationMs: span.durationMs } })
  }
  for (const span of open) {
    builder.add({ kind: "span_start", span: openSpanData(span, ++order) })
  }
  for (const metric of metrics) {
    builder.add({ kind: "metric", metric: metricData(metric) })
  }
  for (const score of scores) {
    builder.add({ kind: "score", score: scoreData(score) })
  }
  return builder.forest()
}
