/**
 * The usage of each span of a tree, counted once: the rule of `usage/TraceUsage.ts` with every span as its own label.
 */
import type { MetricFacts } from "../../records/wire/facts.js"
import { nodes, type Trace, type TraceForest, type TraceNode } from "../TraceTree.js"
import { Amounts, measured, minus, type Usage } from "./Amounts.js"
import type { Dimensions } from "./measures.js"
import { quantityOf } from "./measures.js"
import { contradicted } from "./outside.js"
import { TraceUsage } from "./TraceUsage.js"
import { Counted, type SourceAmounts } from "./UsageTables.js"

export type { Usage } from "./Amounts.js"

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
const nothing = none.usage()

/** The usage of one trace. `outside` flags quantities for which only metrics outside any trace count. */
export const usageOf = (trace: Trace, outside = 0): NodeUsage => {
  const usage = new TraceUsage(bySpan, Infinity)
  const all = [...nodes(trace.roots)].map(({ node }) => node)
  for (const node of all) {
    take(usage, node)
  }
  trace.metrics.forEach((metric) => usage.metric(metricFacts(metric)))
  const tables = usage.settled()
  const counted = (amounts: SourceAmounts): Amounts => {
    const sums = new Counted()
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
    const used = node.children.filter((child) => sums.has(child))
    const ownAmounts = ownOf(node)
    if (ownAmounts !== none || used.length > 0) {
      const sum = ownAmounts.copy()
      used.forEach((child) => sum.add(sums.get(child)!))
      sums.set(node, sum)
    }
  }
  return {
    of: (node) => ownOf(node).usage(),
    below: (node) => sums.get(node)?.usage() ?? nothing,
    total: total.usage()
  }
}

const take = (usage: TraceUsage, node: TraceNode): void => {
  if (!node.duplicate) {
    if (node.outcome === undefined) {
      usage.start(node)
    } else {
      usage.end(node)
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
  /** Measurements outside any trace, without those that spans repeat. */
  readonly outside: Usage
}

/** The usage of a whole file. */
export const usageOfForest = (forest: TraceForest): ForestUsage => {
  const { masked, outside, spans } = comparison(forest)
  const whole = new UsageByTrace(outside, masked)
  const byTrace = new Map(forest.traces.map((trace) => [trace.traceId, whole.add(trace)]))
  return {
    ...ofTraces(byTrace),
    total: whole.total(),
    outside: minus(outside, spans.copy(outside.has & ~masked)).usage()
  }
}

/** Compares what was measured outside any trace, which is the total, with the spans, which are a part of it. */
const comparison = ({ metrics, traces }: TraceForest) => {
  const outside = new Amounts()
  for (const metric of metrics) {
    outside.measure(quantityOf(metric.name), metric.value)
  }
  const totals = (masked: number): Amounts => {
    const sum = new Amounts()
    traces.forEach((trace) => sum.add(amountsOf(usageOf(trace, masked).total)))
    return sum
  }
  const spans = outside.has === 0 ? new Amounts() : minus(totals(0), totals(outside.has))
  return { masked: contradicted(outside, spans), outside, spans }
}

/** What was measured outside any trace, and flags of the quantities for which only that counts. */
export const usageOutside = (forest: TraceForest): { readonly outside: Amounts; readonly masked: number } => {
  const { masked, outside } = comparison(forest)
  return { masked, outside }
}

/** The usage of a whole file, trace by trace. */
export class UsageByTrace {
  private readonly sum = new Amounts()

  /** `outside` was measured outside any trace; `masked` flags the quantities for which only that counts. */
  constructor(private readonly outside: Amounts, private readonly masked: number) {}

  /** Adds a trace; returns its usage. */
  add(trace: Trace): NodeUsage {
    const usage = usageOf(trace, this.masked)
    // What was measured outside any trace includes the spans.
    const { total } = this.outside.has === this.masked ? usage : usageOf(trace, this.outside.has)
    this.sum.add(amountsOf(total))
    return usage
  }

  /** The usage of all traces that were added, and of the measurements outside any trace. */
  total(): Usage {
    const total = this.sum.copy()
    total.add(this.outside)
    return total.usage()
  }
}

/** The usage of some traces of a file. `masked` flags quantities for which only measurements outside any trace count. */
export const usageOfTraces = (traces: Iterable<Trace>, masked: number): Pick<NodeUsage, "of" | "below"> =>
  ofTraces(new Map(Array.from(traces, (trace) => [trace.traceId, usageOf(trace, masked)])))

const ofTraces = (byTrace: ReadonlyMap<string, NodeUsage>): Pick<NodeUsage, "of" | "below"> => ({
  of: (node) => byTrace.get(node.traceId)?.of(node) ?? nothing,
  below: (node) => byTrace.get(node.traceId)?.below(node) ?? nothing
})

const amountsOf = ({ cachedTokensIn, costUsd, tokensIn, tokensOut }: Usage): Amounts => {
  const out = new Amounts()
  const has = measured.all & ~(costUsd === null ? measured.costUsd : 0)
  out.put(has, tokensIn, tokensOut, cachedTokensIn, costUsd ?? 0)
  return out
}
