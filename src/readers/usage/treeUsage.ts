/**
 * The usage of each span of a tree, counted once: the rule of `usage/TraceUsage.ts` with every span as its own label.
 */
import type { MetricFacts, SpanFacts, StartFacts } from "../../records/wire/facts.js"
import { nodes, type Trace, type TraceForest, type TraceNode } from "../TraceTree.js"
import { Amounts, measured, type Usage } from "./Amounts.js"
import type { Dimensions } from "./measures.js"
import { quantityOf } from "./measures.js"
import { TraceUsage } from "./TraceUsage.js"
import type { SourceAmounts } from "./UsageTables.js"

export { type Usage } from "./Amounts.js"

/** Usage by span. */
export interface NodeUsage {
  /** Counted in this span itself. */
  readonly of: (node: TraceNode) => Usage
  /** The same including all spans below it. */
  readonly below: (node: TraceNode) => Usage
  /** Everything, including measurements of missing spans. */
  readonly total: Usage
}

const bySpan: Dimensions = {
  count: 1,
  ofSpan: (span) => [span.spanId],
  ofMetric: () => [undefined]
}

const none = new Amounts()

/** The usage of one trace. `outside` flags quantities with metrics outside any trace: those count instead of spans without metrics. */
export const usageOf = (trace: Trace, outside = 0): NodeUsage => {
  const usage = new TraceUsage(bySpan)
  const all = [...nodes(trace.roots)].map(({ node }) => node)
  for (const node of all) {
    take(usage, node)
  }
  trace.metrics.forEach((metric) => usage.metric(metricFacts(metric)))
  const tables = usage.settled()
  const counted = (amounts: SourceAmounts): Amounts => {
    const sums = { sure: new Amounts(), otherwise: new Amounts() }
    tables.countInto(sums, amounts)
    sums.sure.add(sums.otherwise, measured.all & ~outside)
    return sums.sure
  }
  const own = new Map(tables.rows.map((row) => [row.label, counted(row)]))
  return read(all, own, counted(tables.total))
}

const read = (all: ReadonlyArray<TraceNode>, own: ReadonlyMap<string | null, Amounts>, total: Amounts): NodeUsage => {
  const ownOf = (node: TraceNode): Amounts => node.duplicate ? none : own.get(node.spanId) ?? none
  const sums = new Map<TraceNode, Amounts>()
  for (let index = all.length - 1; index >= 0; index--) {
    const node = all[index]!
    const sum = ownOf(node).copy()
    node.children.forEach((child) => sum.add(sums.get(child) ?? none))
    sums.set(node, sum)
  }
  return {
    of: (node) => ownOf(node).usage(),
    below: (node) => (sums.get(node) ?? none).usage(),
    total: total.usage()
  }
}

const take = (usage: TraceUsage, node: TraceNode): void => {
  if (!node.duplicate) {
    const { attributes, name, parentSpanId, spanId, traceId } = node
    const facts: StartFacts = { kind: "span_start", name, traceId, spanId, parentSpanId, startedAt: "", attributes }
    if (node.outcome === undefined) {
      usage.start(facts)
    } else {
      const end: SpanFacts = { ...facts, kind: "span", endedAt: "", durationMs: 0, outcome: node.outcome }
      usage.end(end)
    }
  }
  node.metrics.forEach((metric) => usage.metric(metricFacts(metric)))
}

const metricFacts = (metric: TraceNode["metrics"][number]): MetricFacts => {
  const { attributes, name, spanId, traceId, value } = metric
  return { kind: "metric", name, value, attributes, emittedAt: "", traceId, spanId }
}

/** Usage of all traces of a file, and of measurements outside any trace. */
export interface ForestUsage extends NodeUsage {
  /** Measurements outside any trace. */
  readonly outside: Usage
}

/** The usage of a whole file. */
export const usageOfForest = (forest: TraceForest): ForestUsage => {
  const outside = new Amounts()
  for (const metric of forest.metrics) {
    outside.measure(quantityOf(metric.name), metric.value)
  }
  const byTrace = new Map(forest.traces.map((trace) => [trace.traceId, usageOf(trace, outside.has)]))
  const total = outside.copy()
  for (const { total: usage } of byTrace.values()) {
    total.add(amountsOf(usage))
  }
  const nothing = none.usage()
  return {
    of: (node) => byTrace.get(node.traceId)?.of(node) ?? nothing,
    below: (node) => byTrace.get(node.traceId)?.below(node) ?? nothing,
    total: total.usage(),
    outside: outside.usage()
  }
}

const amountsOf = ({ cachedTokensIn, costUsd, tokensIn, tokensOut }: Usage): Amounts => {
  const out = new Amounts()
  const has = measured.all & ~(costUsd === null ? measured.costUsd : 0)
  out.put(has, tokensIn, tokensOut, cachedTokensIn, costUsd ?? 0)
  return out
}
