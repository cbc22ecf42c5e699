/**
 * From the readers' tree of a trace to the trace as the page draws it.
 *
 * One pass down for places and times, one pass up for what subtrees hold; no recursion, so that ten thousand levels are as good as ten.
 */
import { nodes, type Trace, type TraceNode } from "../../readers/TraceTree.js"
import { endOf } from "../../readers/tree/TraceNode.js"
import { type Usage, usageOf } from "../../readers/usage/treeUsage.js"
import type { EventData } from "../../records/SpanData.js"
import { attributeText, kindOf, labelOf, type SpanKind } from "./kind.js"
import { concurrency } from "./lanes.js"
import type { QueryField } from "./query.js"
import type { SpanState, SpanView, TraceView, UsageView } from "./TraceView.js"

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }
type Draft = Mutable<Omit<SpanView, "usage">> & { readonly usage: Mutable<UsageView> }

/** The trace to draw. Open spans reach to the last that is known of it, or to `until` (milliseconds since the epoch), if that is later. */
export const makeTraceView = (known: Trace, until = -Infinity): TraceView => {
  const usage = usageOf(known)
  const trace = reaching(known, until)
  const spans = draftsOf(trace, usage.of)
  addUp(spans)
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
    usage: usageView(usage.total),
    values: valuesOf(spans)
  }
}

const reaching = (trace: Trace, until: number): Trace =>
  until > Number(trace.end) / 1_000_000 ? { ...trace, end: BigInt(Math.floor(until)) * million } : trace

const million = BigInt(1_000_000)

const millis = (from: bigint, to: bigint): number => Number(to - from) / 1_000_000

// Written out, not spread: of fifty thousand spans that took half of the time.
const usageView = ({ cachedTokensIn, costUsd, tokensIn, tokensOut }: Usage): Mutable<UsageView> => ({
  tokensIn,
  tokensOut,
  cachedTokensIn,
  costUsd: costUsd ?? 0
})

const draftsOf = (trace: Trace, usedAt: (node: TraceNode) => Usage): ReadonlyArray<Draft> => {
  const places = new Map<TraceNode, number>()
  const drafts: Array<Draft> = []
  for (const { depth, node, parent } of nodes(trace.roots)) {
    const index = drafts.length
    places.set(node, index)
    drafts.push(draft(trace, node, index, depth, parent === undefined ? -1 : places.get(parent)!, usedAt(node)))
  }
  return drafts
}

const draft = (trace: Trace, node: TraceNode, index: number, depth: number, parent: number, used: Usage): Draft => {
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
    usage: usageView(used)
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
  node.cyclic ? "parents in a circle" : node.duplicate ? "id twice" : node.orphan ? "parent missing" : ""

/** Children stand after their parent: from the end, each adds itself to the one above it. */
const addUp = (spans: ReadonlyArray<Draft>): void => {
  for (let index = spans.length - 1; index > 0; index--) {
    const span = spans[index]!
    const parent = spans[span.parent]
    if (parent !== undefined) {
      parent.size += span.size
      addUsage(parent.usage, span.usage)
    }
  }
}

const addUsage = (to: Mutable<UsageView>, usage: UsageView): void => {
  to.tokensIn += usage.tokensIn
  to.tokensOut += usage.tokensOut
  to.cachedTokensIn += usage.cachedTokensIn
  to.costUsd += usage.costUsd
}

const count = (spans: ReadonlyArray<SpanView>, state: SpanState): number =>
  spans.reduce((total, span) => span.state === state ? total + 1 : total, 0)

/** Where the values of the filters are found: the attribute, and the kinds of spans that carry it. */
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
