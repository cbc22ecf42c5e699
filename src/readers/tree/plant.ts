/**
 * The tree of one trace from its records, whatever is wrong with them. No recursion: a trace may be deeper than the call stack.
 */
import { durationOf, type MetricData, type OpenSpanData, type SpanData } from "../../records/SpanData.js"
import { hasFailed, type Trace, type TraceNode } from "./TraceNode.js"

/** The records of one trace id. */
export interface TraceRecords {
  readonly ended: ReadonlyMap<string, SpanData>
  /** Spans whose ids were there before. */
  readonly again: ReadonlyArray<SpanData>
  /** Spans that have opened, the ended ones among them. */
  readonly opened: ReadonlyMap<string, OpenSpanData>
  readonly metrics: ReadonlyArray<MetricData>
}

/** A node that is still being put into its place. */
interface Sprout extends TraceNode {
  orphan: boolean
  cyclic: boolean
  readonly children: Array<Sprout>
  readonly metrics: Array<MetricData>
}

/** Makes the tree. */
export const plant = (traceId: string, records: TraceRecords): Trace => {
  const sprouts = new Map<string, Sprout>()
  for (const span of records.ended.values()) {
    sprouts.set(span.spanId, ended(span, false))
  }
  for (const span of records.opened.values()) {
    if (!sprouts.has(span.spanId)) {
      sprouts.set(span.spanId, open(span))
    }
  }
  const all = [...sprouts.values(), ...records.again.map((span) => ended(span, true))].sort(byStart)
  const roots = link(all, sprouts)
  cutCircles(all, roots, sprouts)
  const metrics = records.metrics.filter((metric) => !measure(metric, sprouts))
  return { traceId, roots: roots.sort(byStart), metrics, ...counts(all, records) }
}

const ended = (span: SpanData, duplicate: boolean): Sprout => ({
  name: span.name,
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId,
  start: span.start,
  end: span.end,
  durationMs: durationOf(span),
  attributes: span.attributes,
  outcome: span.outcome,
  exception: span.exception,
  events: span.events ?? [],
  links: span.links ?? [],
  line: span.sequence,
  state: "ended",
  orphan: false,
  duplicate,
  cyclic: false,
  children: [],
  metrics: []
})

const open = (span: OpenSpanData): Sprout => ({
  name: span.name,
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId,
  start: span.start,
  end: undefined,
  durationMs: undefined,
  attributes: span.attributes,
  outcome: undefined,
  exception: null,
  events: [],
  links: [],
  line: span.sequence,
  state: "open",
  orphan: false,
  duplicate: false,
  cyclic: false,
  children: [],
  metrics: []
})

const byStart = (a: TraceNode, b: TraceNode): number => a.start < b.start ? -1 : a.start > b.start ? 1 : a.line - b.line

/** Puts each below its parent; gives those that have none. */
const link = (all: ReadonlyArray<Sprout>, sprouts: ReadonlyMap<string, Sprout>): Array<Sprout> => {
  const roots: Array<Sprout> = []
  for (const sprout of all) {
    const parent = parentOf(sprout, sprouts)
    if (parent === undefined) {
      sprout.orphan = sprout.parentSpanId !== null
      roots.push(sprout)
    } else {
      parent.children.push(sprout)
    }
  }
  return roots
}

const parentOf = (sprout: Sprout, sprouts: ReadonlyMap<string, Sprout>): Sprout | undefined =>
  sprout.parentSpanId === null ? undefined : sprouts.get(sprout.parentSpanId)

/** What no root leads to goes round in a circle: its first span becomes a root. */
const cutCircles = (
  all: ReadonlyArray<Sprout>,
  roots: Array<Sprout>,
  sprouts: ReadonlyMap<string, Sprout>
): void => {
  const reached = new Set<Sprout>()
  roots.forEach((root) => reach(root, reached))
  for (const sprout of all) {
    if (!reached.has(sprout)) {
      const first = onCircle(sprout, sprouts)
      const siblings = parentOf(first, sprouts)!.children
      siblings.splice(siblings.indexOf(first), 1)
      first.cyclic = true
      roots.push(first)
      reach(first, reached)
    }
  }
}

/** The span of the circle that leads here; this one may only hang on it. */
const onCircle = (from: Sprout, sprouts: ReadonlyMap<string, Sprout>): Sprout => {
  const seen = new Set<Sprout>()
  let at = from
  while (!seen.has(at)) {
    seen.add(at)
    at = parentOf(at, sprouts)!
  }
  return at
}

const reach = (root: Sprout, reached: Set<Sprout>): void => {
  const stack = [root]
  for (let sprout = stack.pop(); sprout !== undefined; sprout = stack.pop()) {
    reached.add(sprout)
    for (const child of sprout.children) {
      stack.push(child)
    }
  }
}

const measure = (metric: MetricData, sprouts: ReadonlyMap<string, Sprout>): boolean =>
  metric.spanId !== undefined && (sprouts.get(metric.spanId)?.metrics.push(metric) ?? 0) > 0

type Counts = Pick<Trace, "spans" | "open" | "failed" | "start" | "end">

const counts = (all: ReadonlyArray<Sprout>, { metrics }: TraceRecords): Counts => {
  const out = {
    spans: all.length,
    open: 0,
    failed: 0,
    start: all[0]?.start ?? metrics[0]?.time ?? BigInt(0),
    end: all[0]?.start ?? metrics[0]?.time ?? BigInt(0)
  }
  for (const sprout of all) {
    out.open += sprout.state === "open" ? 1 : 0
    out.failed += hasFailed(sprout) ? 1 : 0
    widen(out, sprout.start, sprout.end ?? sprout.start)
  }
  metrics.forEach(({ time }) => widen(out, time, time))
  return out
}

const widen = (interval: { start: bigint; end: bigint }, start: bigint, end: bigint): void => {
  interval.start = start < interval.start ? start : interval.start
  interval.end = end > interval.end ? end : interval.end
}
