/**
 * Keeps the sums behind a summary.
 */
import type { Attributes } from "../../records/attributes.js"
import { isFailed, type Outcome } from "../../records/SpanRecord.js"
import { comparable, type Facts, type MetricFacts, type RawAttributes } from "../../records/wire/facts.js"
import type { FactsHandler } from "../lineFacts.js"
import type { Amounts } from "../usage/Amounts.js"
import { type KnownSpan, knownSpan, labelOf, quantityOf } from "../usage/measures.js"
import { total } from "../usage/outside.js"
import { Counted, type UsageTables } from "../usage/UsageTables.js"
import { type Condensed, eachRecord, type RecordHandler } from "./condensed.js"
import { OpenTraces } from "./OpenTraces.js"
import { ScoreTable } from "./ScoreTable.js"
import { type Dimension, dimensions, type Summary, SummaryTable, usageDimensions, type Work } from "./SummaryTable.js"

/** Limits on memory. All are counts, ≥ 1. */
export interface SummaryOptions {
  /** Labels per dimension; any further ones are counted together. Default 10,000. */
  readonly maxLabels?: number
  /** Spans of incomplete traces. Default 100,000. */
  readonly maxHeldSpans?: number
  /** Durations per label up to which percentiles are exact. Default 1,000. */
  readonly exactDurations?: number
}

export class SummaryCounter implements FactsHandler, RecordHandler {
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
  private readonly total = new Counted()
  private readonly open: OpenTraces
  private readonly scores: ScoreTable

  constructor({ exactDurations = 1000, maxHeldSpans = 100_000, maxLabels = 10_000 }: SummaryOptions) {
    const table = () => new SummaryTable(maxLabels, exactDurations)
    this.tables = {
      name: table(),
      tool: table(),
      model: table(),
      user: table(),
      session: table(),
      agent: table(),
      version: table()
    }
    this.scores = new ScoreTable(maxLabels)
    this.open = new OpenTraces(usageDimensions, maxHeldSpans, (tables) => this.settle(tables))
  }

  readonly add = (facts: Facts): void => {
    switch (facts.kind) {
      case "span":
        this.see(comparable(facts.startedAt), comparable(facts.endedAt))
        return this.span(facts.traceId, knownSpan(facts), facts.durationMs, facts.outcome)
      case "span_start": {
        const time = comparable(facts.startedAt)
        this.see(time, time)
        return this.start(facts.traceId, knownSpan(facts))
      }
      case "metric": {
        const time = comparable(facts.emittedAt)
        this.see(time, time)
        return this.metric(facts)
      }
      case "score":
        return this.scores.add(facts.score)
      case "dropped":
        this.dropped += facts.count
        return
    }
  }

  readonly bad = (torn: boolean): void => {
    this.badLines++
    this.torn += torn ? 1 : 0
  }

  /** Adds the records of a condensed piece of a file. */
  addCondensed(piece: Condensed): void {
    const { bad, dropped, from, others, scores, to, torn } = piece
    eachRecord(piece, this)
    scores.forEach((score) => this.scores.add(score))
    this.metrics += others
    this.dropped += dropped
    this.badLines += bad
    this.torn += torn
    if (from !== undefined && to !== undefined) {
      this.see(from, to)
    }
  }

  result(): Summary {
    const { badLines: bad, dropped, failures, from, interrupted, metrics, opened, spans, to, torn } = this
    const open = this.notSettled()
    const rows = (dimension: Dimension) => this.tables[dimension].finished(open)
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
      scores: this.scores.finished(),
      usage: totalOf(this.total, open.get(this.total)).usage(),
      by: {
        name: rows("name"),
        tool: rows("tool"),
        model: rows("model"),
        user: rows("user"),
        session: rows("session"),
        agent: rows("agent"),
        version: rows("version")
      }
    }
  }

  /** What the traces that are still open would add to each sum. */
  private notSettled(): ReadonlyMap<Counted, Counted> {
    const more = new Map<Counted, Counted>()
    const into = (sums: Counted): Counted => {
      const added = more.get(sums) ?? new Counted()
      more.set(sums, added)
      return added
    }
    for (const tables of this.open.settled()) {
      this.settle(tables, into)
    }
    return more
  }

  span(traceId: string, known: KnownSpan, durationMs: number, outcome: Outcome): void {
    const failed = isFailed({ outcome, attributes: okOf(known.meaning.attributes) })
    const work = { durationMs, outcome, failed }
    this.spans++
    this.failures += failed ? 1 : 0
    this.interrupted += outcome === "interrupted" ? 1 : 0
    this.tables.name.work(known.name, work)
    this.workByRole(known, work)
    this.opened -= this.open.end(traceId, known) ? 1 : 0
  }

  start(traceId: string, known: KnownSpan): void {
    this.opened += this.open.start(traceId, known) ? 1 : 0
  }

  metric(metric: MetricFacts): void {
    this.metrics++
    const which = quantityOf(metric.name)
    if (which === 0) {
      return
    }
    if (metric.traceId !== undefined) {
      this.open.metric(metric.traceId, metric)
      return
    }
    this.total.outside.measure(which, metric.value)
    const labels = usageDimensions.ofMetric(metric)
    dimensions.forEach((dimension, index) =>
      this.tables[dimension].usage(labels[index] ?? null).outside.measure(which, metric.value)
    )
  }

  private workByRole({ meaning: { attributes, role } }: KnownSpan, work: Work): void {
    const { agent, model, session, tool, user, version } = this.tables
    switch (role) {
      case "tool":
        return tool.work(labelOf(attributes, "tool") ?? null, work)
      case "model":
        return model.work(labelOf(attributes, "model") ?? null, work)
      case "run":
        user.work(labelOf(attributes, "user_id") ?? null, work)
        session.work(labelOf(attributes, "session_id") ?? null, work)
        agent.work(labelOf(attributes, "agent") ?? null, work)
        version.work(labelOf(attributes, "agent_version") ?? null, work)
    }
  }

  /** Adds the counted usage of a trace to the sums, or to what `into` maps them to. */
  private settle(tables: UsageTables, into: (sums: Counted) => Counted = itself): void {
    tables.countInto(into(this.total), tables.total)
    for (const row of tables.rows) {
      tables.countInto(into(this.tables[dimensions[row.dimension]!].usage(row.label)), row)
    }
  }

  private see(from: string, to: string): void {
    this.from = this.from === undefined || from < this.from ? from : this.from
    this.to = this.to === undefined || to > this.to ? to : this.to
  }
}

const totalOf = (sums: Counted, open: Counted | undefined): Amounts => {
  const whole = new Counted()
  whole.add(sums)
  if (open !== undefined) {
    whole.add(open)
  }
  return total(whole)
}

const itself = (sums: Counted): Counted => sums

const ok: Attributes = {}
const notOk: Attributes = { ok: false }

const okOf = (attributes: RawAttributes): Attributes => attributes["ok"] === false ? notOk : ok
