/**
 * Collects records by trace and builds their trees on request, even from inconsistent records.
 */
import { meaningOf } from "../../dialects/meaning.js"
import { withEvents } from "../../dialects/reading/events.js"
import type { ScoreData } from "../../records/ScoreData.js"
import { durationOf, type MetricData, type OpenSpanData, type SpanData } from "../../records/SpanData.js"
import { linkSpans } from "../../records/spanTree.js"
import type { DroppedRecord } from "../../records/wire/dropped.js"
import type { DecodedLine } from "../../records/wire/line.js"
import type { BadEntry, TraceEntry } from "../TraceEntry.js"
import { amountsOfSpan } from "../usage/measures.js"
import { hasFailed, type Trace, type TraceForest, type TraceNode } from "./TraceNode.js"

/** Bad lines that are kept for display; all are counted. */
const maxBad = 100

interface TraceRecords {
  readonly ended: Map<string, SpanData>
  /** Finished spans with the same ids as another. */
  readonly duplicates: Array<SpanData>
  /** Spans that started, finished ones included. */
  readonly started: Map<string, OpenSpanData>
  readonly metrics: Array<MetricData>
  readonly scores: Array<ScoreData>
}

export class TraceBuilder {
  private readonly traces = new Map<string, TraceRecords>()
  private readonly metrics: Array<MetricData> = []
  private readonly dropped: Array<DroppedRecord> = []
  private droppedTotal = 0
  private readonly bad: Array<BadEntry> = []
  private badTotal = 0

  add(entry: TraceEntry | DecodedLine): void {
    switch (entry.kind) {
      case "bad":
        return this.addBad(entry)
      case "record":
        return this.add(entry.record)
      case "span":
        return this.addSpan(entry.span)
      case "span_start":
        return this.addStart(entry.span)
      case "metric":
        this.metricsOf(entry.metric.traceId).push(entry.metric)
        return
      case "score":
        this.recordsOf(entry.score.traceId).scores.push(entry.score)
        return
      case "dropped":
        this.dropped.push(entry.dropped)
        this.droppedTotal += entry.dropped.count
    }
  }

  forest(): TraceForest {
    const traces = [...this.traces].map(([traceId, records]) => buildTrace(traceId, records))
    return {
      traces: traces.sort((a, b) => a.start < b.start ? -1 : a.start > b.start ? 1 : 0),
      metrics: [...this.metrics],
      dropped: [...this.dropped],
      droppedTotal: this.droppedTotal,
      bad: [...this.bad],
      badTotal: this.badTotal
    }
  }

  private addBad(entry: BadEntry): void {
    this.badTotal++
    if (this.bad.length < maxBad) {
      this.bad.push(entry)
    }
  }

  private addSpan(span: SpanData): void {
    const { duplicates, ended } = this.recordsOf(span.traceId)
    const before = ended.get(span.spanId)
    if (before === undefined) {
      ended.set(span.spanId, span)
    } else if (isUpdate(before, span)) {
      ended.set(span.spanId, span)
      duplicates.push(before)
    } else {
      duplicates.push(span)
    }
  }

  private addStart(span: OpenSpanData): void {
    const { started } = this.recordsOf(span.traceId)
    if (!started.has(span.spanId)) {
      started.set(span.spanId, span)
    }
  }

  private metricsOf(traceId: string | undefined): Array<MetricData> {
    return traceId === undefined ? this.metrics : this.recordsOf(traceId).metrics
  }

  private recordsOf(traceId: string): TraceRecords {
    let records = this.traces.get(traceId)
    if (records === undefined) {
      records = { ended: new Map(), duplicates: [], started: new Map(), metrics: [], scores: [] }
      this.traces.set(traceId, records)
    }
    return records
  }
}

/** Whether a span was written again with different usage, as by producers that write a call while it streams: then the last one counts. */
const isUpdate = (before: SpanData, after: SpanData): boolean => {
  const [a, b] = [before, after].map(({ attributes, name }) => amountsOfSpan(meaningOf(name, attributes)))
  return b !== undefined && JSON.stringify(a) !== JSON.stringify(b)
}

interface MutableNode extends TraceNode {
  orphan: boolean
  cyclic: boolean
  readonly children: Array<MutableNode>
  readonly metrics: Array<MetricData>
  readonly scores: Array<ScoreData>
}

const buildTrace = (traceId: string, records: TraceRecords): Trace => {
  const byId = new Map<string, MutableNode>()
  for (const span of records.ended.values()) {
    byId.set(span.spanId, nodeOf(span, span, false))
  }
  for (const span of records.started.values()) {
    if (!byId.has(span.spanId)) {
      byId.set(span.spanId, nodeOf(span, undefined, false))
    }
  }
  const all = [...byId.values(), ...records.duplicates.map((span) => nodeOf(span, span, true))]
  const roots = linkSpans(all, ({ line, parentSpanId, spanId, start }) => ({
    id: spanId,
    parentId: parentSpanId,
    start,
    sequence: line
  })).map(({ node, reason }) => {
    node.orphan = reason === "orphan"
    node.cyclic = reason === "cycle"
    return node
  })
  const metrics = records.metrics.filter((metric) => !attach(metric, byId))
  const scores = records.scores.filter((score) => !attachScore(score, byId))
  const first = records.metrics[0]?.time ?? records.scores[0]?.time
  return { traceId, roots, metrics, scores, ...totals(all, records.metrics, first) }
}

const nodeOf = (span: OpenSpanData, ended: SpanData | undefined, duplicate: boolean): MutableNode => {
  // Field by field: spreading the span is ten times as slow.
  const { attributes, name, parentSpanId, sequence, spanId, start, traceId } = ended ?? span
  return {
    name,
    traceId,
    spanId,
    parentSpanId,
    start,
    attributes,
    meaning: withEvents(meaningOf(name, attributes), ended?.events),
    end: ended?.end,
    durationMs: ended && durationOf(ended),
    outcome: ended?.outcome,
    exception: ended?.exception ?? null,
    events: ended?.events ?? [],
    links: ended?.links ?? [],
    line: sequence,
    state: ended === undefined ? "open" : "ended",
    orphan: false,
    duplicate,
    cyclic: false,
    children: [],
    metrics: [],
    scores: []
  }
}

/** Adds a measurement to its span; returns whether the span is there. */
const attach = (metric: MetricData, byId: ReadonlyMap<string, MutableNode>): boolean =>
  metric.spanId !== undefined && (byId.get(metric.spanId)?.metrics.push(metric) ?? 0) > 0

/** The same for a score. */
const attachScore = (score: ScoreData, byId: ReadonlyMap<string, MutableNode>): boolean =>
  score.spanId !== null && (byId.get(score.spanId)?.scores.push(score) ?? 0) > 0

type Totals = Pick<Trace, "spans" | "open" | "failed" | "start" | "end">

// Scores do not count: they may be given days after the trace.
const totals = (
  all: ReadonlyArray<MutableNode>,
  metrics: ReadonlyArray<MetricData>,
  otherwise = BigInt(0)
): Totals => {
  const first = all[0]?.start ?? otherwise
  const out = { spans: all.length, open: 0, failed: 0, start: first, end: first }
  for (const node of all) {
    out.open += node.state === "open" ? 1 : 0
    out.failed += hasFailed(node) ? 1 : 0
    widen(out, node.start, node.end ?? node.start)
  }
  metrics.forEach(({ time }) => widen(out, time, time))
  return out
}

const widen = (interval: { start: bigint; end: bigint }, start: bigint, end: bigint): void => {
  interval.start = start < interval.start ? start : interval.start
  interval.end = end > interval.end ? end : interval.end
}
