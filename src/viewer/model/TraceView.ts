/**
 * A trace prepared for drawing: its spans in the order of a walk through the tree, each with its position, its state and the usage of its subtree.
 *
 * Plain data, built from the readers' tree and never changed; no recursion, so ten thousand levels are fine. Times are milliseconds since the trace started,
 * because a screen needs no nanoseconds. All text is as recorded and untrusted: see `format`.
 */
import { nodes, type Trace, type TraceNode } from "../../readers/TraceTree.js"
import { endOf } from "../../readers/tree/TraceNode.js"
import { type Usage, usageOf } from "../../readers/usage/treeUsage.js"
import type { EventData } from "../../records/SpanData.js"
import type { Outcome } from "../../records/SpanRecord.js"
import { attributeText, kindOf, labelOf, type SpanKind } from "./kind.js"
import { concurrency } from "./lanes.js"
import type { QueryField } from "./query.js"

/** How a span ended, or `"open"`. */
export type SpanState = Outcome | "open"

/** A span in its trace. */
export interface SpanView extends
  Pick<
    TraceNode,
    "traceId" | "spanId" | "parentSpanId" | "name" | "attributes" | "exception" | "events" | "links" | "metrics"
  >
{
  /** Its index in `TraceView.spans`. */
  readonly index: number
  /** The index of its parent, or -1. */
  readonly parent: number
  /** Levels below its root, ≥ 0. */
  readonly depth: number
  /** Number of spans in its subtree, itself included. */
  readonly size: number
  readonly kind: SpanKind
  readonly state: SpanState
  /** What is unusual about its place in the tree, such as `parent missing`; otherwise empty. */
  readonly oddity: string
  /** Milliseconds since the trace started. */
  readonly start: number
  /** The same; an open span lasts until the last known instant of its trace. */
  readonly end: number
  /** Milliseconds; of an open span up to `end`. */
  readonly durationMs: number
  /** The most children that ran at once; 0 or 1 if none ran in parallel. */
  readonly parallel: number
  /** When each event happened, in milliseconds since the trace started. */
  readonly eventTimes: ReadonlyArray<number>
  /** Of its subtree. */
  readonly usage: Usage
}

/** A trace. */
export interface TraceView {
  readonly traceId: string
  readonly spans: ReadonlyArray<SpanView>
  /** When its first span started, in milliseconds since the epoch. */
  readonly startedAt: number
  /** From its first start to its last end, in milliseconds. */
  readonly totalMs: number
  /** Its agent's name, or the name of its first root. */
  readonly title: string
  /** The state of its first root; open if any root is open. */
  readonly state: SpanState
  readonly failed: number
  readonly interrupted: number
  readonly open: number
  readonly usage: Usage
  /** The users, models, tools and so on of its spans, for the filters. */
  readonly values: ReadonlyMap<QueryField, ReadonlySet<string>>
}

type Draft = { -readonly [Key in keyof SpanView]: SpanView[Key] }

/** Prepares a trace. Open spans last until its last known instant, or until `until` (milliseconds since the epoch) if that is later. */
export const makeTraceView = (known: Trace, until = -Infinity): TraceView => {
  const usage = usageOf(known)
  const trace = reaching(known, until)
  const spans = draftsOf(trace, usage.below)
  addSizes(spans)
  const root = spans.find(({ depth, oddity }) => depth === 0 && oddity === "") ?? spans[0]
  return {
    traceId: trace.traceId,
    spans,
    startedAt: Number(trace.start / million),
    totalMs: millis(trace.start, trace.end),
    title: root === undefined ? trace.traceId : labelOf(root.kind, root.name, root.attributes).primary,
    state: spans.some(({ depth, state }) => depth === 0 && state === "open") ? "open" : root?.state ?? "success",
    failed: count(spans, "failure"),
    interrupted: count(spans, "interrupted"),
    open: count(spans, "open"),
    usage: usage.total,
    values: valuesOf(spans)
  }
}

const reaching = (trace: Trace, until: number): Trace =>
  until > Number(trace.end) / 1_000_000 ? { ...trace, end: BigInt(Math.floor(until)) * million } : trace

const million = BigInt(1_000_000)

const millis = (from: bigint, to: bigint): number => Number(to - from) / 1_000_000

const draftsOf = (trace: Trace, usageOf: (node: TraceNode) => Usage): ReadonlyArray<Draft> => {
  const places = new Map<TraceNode, number>()
  const drafts: Array<Draft> = []
  for (const { depth, node, parent } of nodes(trace.roots)) {
    const index = drafts.length
    places.set(node, index)
    drafts.push(draft(trace, node, index, depth, parent === undefined ? -1 : places.get(parent)!, usageOf(node)))
  }
  return drafts
}

const draft = (trace: Trace, node: TraceNode, index: number, depth: number, parent: number, usage: Usage): Draft => {
  const start = millis(trace.start, node.start)
  const end = millis(trace.start, endOf(node, trace.end))
  return {
    index,
    parent,
    depth,
    size: 1,
    traceId: node.traceId,
    spanId: node.spanId,
    parentSpanId: node.parentSpanId,
    name: node.name,
    kind: kindOf(node.name, node.attributes),
    state: node.outcome ?? "open",
    oddity: oddityOf(node),
    start,
    end,
    durationMs: end - start,
    parallel: parallelOf(trace, node.children),
    attributes: node.attributes,
    exception: node.exception,
    events: node.events,
    eventTimes: timesOf(node.events, trace.start),
    links: node.links,
    metrics: node.metrics,
    usage
  }
}

const parallelOf = (trace: Trace, children: ReadonlyArray<TraceNode>): number =>
  children.length < 2
    ? children.length
    : concurrency(children.map((child) => ({
      start: millis(trace.start, child.start),
      end: millis(trace.start, endOf(child, trace.end))
    })))

const noTimes: ReadonlyArray<number> = []

const timesOf = (events: ReadonlyArray<EventData>, start: bigint): ReadonlyArray<number> =>
  events.length === 0 ? noTimes : events.map(({ time }) => millis(start, time))

const oddityOf = (node: TraceNode): string =>
  node.cyclic ? "its own ancestor" : node.duplicate ? "duplicate id" : node.orphan ? "parent missing" : ""

/** Children come after their parent: from the end, each adds its size to the span above it. */
const addSizes = (spans: ReadonlyArray<Draft>): void => {
  for (let index = spans.length - 1; index > 0; index--) {
    const { parent, size } = spans[index]!
    if (parent >= 0) {
      spans[parent]!.size += size
    }
  }
}

const count = (spans: ReadonlyArray<SpanView>, state: SpanState): number =>
  spans.reduce((total, span) => span.state === state ? total + 1 : total, 0)

/** Where the filters' values come from: the attribute, and the kinds of spans that carry it. */
const sources: ReadonlyArray<readonly [QueryField, string, ReadonlyArray<SpanKind> | undefined]> = [
  ["user", "user_id", undefined],
  ["session", "session_id", undefined],
  ["agent", "agent", ["run"]],
  ["model", "model", ["model", "run"]],
  ["tool", "tool", ["tool", "delegate"]]
]

const valuesOf = (spans: ReadonlyArray<SpanView>): ReadonlyMap<QueryField, ReadonlySet<string>> => {
  const values = new Map(sources.map(([field]) => [field, new Set<string>()]))
  for (const span of spans) {
    for (const [field, key, kinds] of sources) {
      const value = kinds === undefined || kinds.includes(span.kind) ? attributeText(span.attributes, key) : ""
      if (value !== "") {
        values.get(field)!.add(value)
      }
    }
  }
  return values
}
