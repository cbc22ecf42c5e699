/**
 * Keeps the sums behind a summary.
 */
import type { Attributes } from "../../records/attributes.js"
import { isFailed } from "../../records/SpanRecord.js"
import { roleOf } from "../../records/vocabulary.js"
import {
  comparable,
  type Facts,
  type MetricFacts,
  type RawAttributes,
  type SpanFacts
} from "../../records/wire/facts.js"
import { Amounts } from "../usage/Amounts.js"
import { labelOf, quantityOf } from "../usage/measures.js"
import type { Counted, UsageTables } from "../usage/UsageTables.js"
import { OpenTraces } from "./OpenTraces.js"
import { type Dimension, dimensions, usageDimensions } from "./summaryDimensions.js"
import { type Summary, SummaryTable, usageOf, type Work } from "./SummaryTable.js"

/** Limits on memory. All are counts, ≥ 1. */
export interface SummaryOptions {
  /** Labels per dimension; any further ones are counted together. Default 10,000. */
  readonly maxLabels?: number
  /** Spans of incomplete traces. Default 100,000. */
  readonly maxHeldSpans?: number
  /** Durations per label up to which percentiles are exact. Default 1,000. */
  readonly exactDurations?: number
}

/** Counts records. */
export class SummaryCounter {
  private spans = 0
  private metrics = 0
  private opened = 0
  private dropped = 0
  private badLines = 0
  private torn = 0
  private failures = 0
  private interrupted = 0
  private from: string | undefined = undefined
  private to: string | undefined = undefined
  private readonly tables: { readonly [D in Dimension]: SummaryTable }
  private readonly total = { sure: new Amounts(), otherwise: new Amounts() }
  /** Quantities measured outside any trace. */
  private outside = 0
  private readonly open: OpenTraces

  constructor({ exactDurations = 1000, maxHeldSpans = 100_000, maxLabels = 10_000 }: SummaryOptions) {
    const table = () => new SummaryTable(maxLabels, exactDurations)
    this.tables = { name: table(), tool: table(), model: table(), user: table(), session: table(), agent: table() }
    this.open = new OpenTraces(usageDimensions, maxHeldSpans, (tables) => this.settle(tables))
  }

  add(facts: Facts): void {
    switch (facts.kind) {
      case "span":
        return this.span(facts)
      case "metric":
        return this.metric(facts)
      case "span_start":
        this.opened += this.open.start(facts) ? 1 : 0
        this.see(facts.startedAt, facts.startedAt)
        return
      case "dropped":
        this.dropped += facts.count
        return
    }
  }

  bad(torn: boolean): void {
    this.badLines++
    this.torn += torn ? 1 : 0
  }

  result(): Summary {
    const { badLines: bad, dropped, failures, from, interrupted, metrics, opened, outside, spans, to, torn } = this
    const open = this.notSettled()
    const rows = (dimension: Dimension) => this.tables[dimension].finished(open, outside)
    return {
      spans,
      metrics,
      traces: this.open.seen,
      opened,
      dropped,
      bad,
      torn,
      from,
      to,
      failures,
      interrupted,
      usage: usageOf([this.total, open.get(this.total) ?? none()], outside),
      by: {
        name: rows("name"),
        tool: rows("tool"),
        model: rows("model"),
        user: rows("user"),
        session: rows("session"),
        agent: rows("agent")
      }
    }
  }

  /** What the traces that are still open would add to each sum. */
  private notSettled(): ReadonlyMap<Counted, Counted> {
    const more = new Map<Counted, Counted>()
    const into = (sums: Counted): Counted => {
      const added = more.get(sums) ?? none()
      more.set(sums, added)
      return added
    }
    for (const tables of this.open.settled()) {
      this.settle(tables, into)
    }
    return more
  }

  private span(span: SpanFacts): void {
    const { durationMs, outcome } = span
    const failed = isFailed({ outcome, attributes: okOf(span.attributes) })
    const work = { durationMs, outcome, failed }
    this.spans++
    this.failures += failed ? 1 : 0
    this.interrupted += outcome === "interrupted" ? 1 : 0
    this.tables.name.work(span.name, work)
    this.workByRole(span, work)
    this.opened -= this.open.end(span) ? 1 : 0
    this.see(span.startedAt, span.endedAt)
  }

  private workByRole({ attributes, name }: SpanFacts, work: Work): void {
    const { agent, model, session, tool, user } = this.tables
    switch (roleOf(name)) {
      case "tool":
        return tool.work(labelOf(attributes, "tool") ?? null, work)
      case "model":
        return model.work(labelOf(attributes, "model") ?? null, work)
      case "run":
        user.work(labelOf(attributes, "user_id") ?? null, work)
        session.work(labelOf(attributes, "session_id") ?? null, work)
        agent.work(labelOf(attributes, "agent") ?? null, work)
    }
  }

  private metric(metric: MetricFacts): void {
    this.metrics++
    this.see(metric.emittedAt, metric.emittedAt)
    const which = quantityOf(metric.name)
    if (which === 0) {
      return
    }
    if (metric.traceId !== undefined) {
      this.open.metric(metric.traceId, metric)
      return
    }
    this.outside |= which
    this.total.sure.measure(which, metric.value)
    const labels = usageDimensions.ofMetric(metric)
    dimensions.forEach((dimension, index) =>
      this.tables[dimension].usage(labels[index] ?? null).sure.measure(which, metric.value)
    )
  }

  /** Adds the usage that counts of a trace to the sums, or to their stand-ins. */
  private settle(tables: UsageTables, into: (sums: Counted) => Counted = itself): void {
    tables.countInto(into(this.total), tables.total)
    for (const row of tables.rows) {
      tables.countInto(into(this.tables[dimensions[row.dimension]!].usage(row.label)), row)
    }
  }

  private see(start: string, end: string): void {
    const from = comparable(start)
    const to = comparable(end)
    this.from = this.from === undefined || from < this.from ? from : this.from
    this.to = this.to === undefined || to > this.to ? to : this.to
  }
}

const none = (): Counted => ({ sure: new Amounts(), otherwise: new Amounts() })

const itself = (sums: Counted): Counted => sums

const ok: Attributes = {}
const notOk: Attributes = { ok: false }

const okOf = (attributes: RawAttributes): Attributes => attributes["ok"] === false ? notOk : ok
