/**
 * The rows of one dimension of a summary: work and usage by label, for a bounded number of labels.
 */
import type { Outcome } from "../../records/SpanRecord.js"
import type { MetricFacts } from "../../records/wire/facts.js"
import type { Usage } from "../usage/Amounts.js"
import { type Dimensions, type KnownSpan, labelOf, type Labels } from "../usage/measures.js"
import { merged } from "../usage/outside.js"
import { Counted } from "../usage/UsageTables.js"
import { Durations, type DurationStats } from "./Durations.js"
import type { ScoreRow } from "./ScoreTable.js"

/**
 * What rows are grouped by. Spans: all by `name`, tool calls by `tool`, model calls by `model`, and runs by `user`, `session`, `agent` and the agent's `version`,
 * sub-agents included. Usage: of the span with this name; of everything under the nearest tool; of the model's calls; of the user and session on the span or
 * its nearest ancestor; of the nearest run with an agent, or with a version.
 */
export type Dimension = "name" | "tool" | "model" | "user" | "session" | "agent" | "version"

/** All dimensions, in a fixed order. */
export const dimensions: ReadonlyArray<Dimension> = [
  "name",
  "tool",
  "model",
  "user",
  "session",
  "agent",
  "version"
]

const ofSpan = ({ meaning: { attributes, role }, name }: KnownSpan): Labels => [
  name,
  role === "tool" ? labelOf(attributes, "tool") : undefined,
  role === "model" || role === "run" ? labelOf(attributes, "model") : undefined,
  labelOf(attributes, "user_id"),
  labelOf(attributes, "session_id"),
  role === "run" ? labelOf(attributes, "agent") : undefined,
  role === "run" ? labelOf(attributes, "agent_version") : undefined
]

const ofMetric = ({ attributes }: MetricFacts): Labels => [
  undefined,
  undefined,
  labelOf(attributes, "model"),
  labelOf(attributes, "user_id"),
  labelOf(attributes, "session_id"),
  undefined,
  undefined
]

/** The same dimensions, for counting usage. */
export const usageDimensions: Dimensions = { count: dimensions.length, ofSpan, ofMetric }

/** Work and usage of one label. */
export interface SummaryRow {
  /** `null` for everything that could not be attributed. Untrusted text: escape it. */
  readonly label: string | null
  /** Whether it stands for all labels beyond the limit. */
  readonly other: boolean
  /** Finished spans. */
  readonly count: number
  /** Failed spans, tools that are not `ok` included. */
  readonly failures: number
  /** Interrupted spans. */
  readonly interrupted: number
  /** `null` if there are no spans. */
  readonly durationMs: DurationStats | null
  /** Tokens and cost attributed to the label. */
  readonly usage: Usage
}

/** A summary. */
export interface Summary {
  /** Finished spans. */
  readonly spans: number
  /** Measurements. */
  readonly metrics: number
  /** Number of traces; one whose records are too far apart counts more than once. */
  readonly traces: number
  /** Spans that started and have not ended, if the file records starts. */
  readonly opened: number
  /** Dropped records, as reported by their writers. */
  readonly dropped: number
  /** Lines without a record, a torn one included. */
  readonly bad: number
  /** Last lines without a newline and without a record. */
  readonly torn: number
  /** The first instant in the file, ISO-8601 in UTC; `undefined` if there is none. */
  readonly from: string | undefined
  /** The last instant. */
  readonly to: string | undefined
  /** Finished spans that failed, tools that are not `ok` included. */
  readonly failures: number
  /** Finished spans that were interrupted. */
  readonly interrupted: number
  /** Scores by name, the most frequent first. */
  readonly scores: ReadonlyArray<ScoreRow>
  /** All tokens and cost, each counted once. */
  readonly usage: Usage
  /** Rows by cost, then tokens, then count, largest first. Each usage column adds up to the total. */
  readonly by: { readonly [D in Dimension]: ReadonlyArray<SummaryRow> }
}

/** The part of a finished span that a row counts. */
export interface Work {
  readonly durationMs: number
  readonly outcome: Outcome
  readonly failed: boolean
}

/** Stands for all labels beyond the limit. */
const otherLabel = "(other)"

class Row extends Counted {
  count = 0
  failures = 0
  interrupted = 0
  private readonly durations: Durations

  constructor(readonly label: string | null, readonly other: boolean, maxExact: number) {
    super()
    this.durations = new Durations(maxExact)
  }

  work({ durationMs, failed, outcome }: Work): void {
    this.count++
    this.failures += failed ? 1 : 0
    this.interrupted += outcome === "interrupted" ? 1 : 0
    this.durations.add(durationMs)
  }

  finished(usage: Usage): SummaryRow {
    const { count, failures, interrupted, label, other } = this
    return { label, other, count, failures, interrupted, durationMs: this.durations.stats(), usage }
  }
}

export class SummaryTable {
  private readonly rows = new Map<string | null, Row>()
  private others: Row | undefined = undefined

  constructor(private readonly mostLabels: number, private readonly maxExact: number) {}

  work(label: string | null, work: Work): void {
    this.row(label).work(work)
  }

  usage(label: string | null): Counted {
    return this.row(label)
  }

  /** The rows, including usage by label that is not settled yet. */
  finished(open: ReadonlyMap<Counted, Counted>): ReadonlyArray<SummaryRow> {
    const others = this.others === undefined ? [] : [this.others]
    const usage = merged(
      new Map([...this.rows.values(), ...others].map((row) => [keyOf(row), withOpen(row, open.get(row))]))
    )
    const unlabelled = usage.has(null) && !this.rows.has(null) ? [this.newRow(null)] : []
    return [...this.rows.values(), ...others, ...unlabelled]
      .map((row) => row.finished(usage.get(keyOf(row))!.usage())).filter(hasContent).sort(byImportance)
  }

  private newRow(label: string | null): Row {
    return new Row(label, false, this.maxExact)
  }

  private row(label: string | null): Row {
    let row = this.rows.get(label)
    if (row !== undefined) {
      return row
    }
    if (label !== null && this.rows.size >= this.mostLabels) {
      this.others ??= new Row(otherLabel, true, this.maxExact)
      return this.others
    }
    row = this.newRow(label)
    this.rows.set(label, row)
    return row
  }
}

/** Labels come from the file and may be any text, so the key of the row for the other labels must differ from all of them. */
const keyOf = ({ label, other }: Row): string | null =>
  other ? `other ${otherLabel}` : label === null ? null : `= ${label}`

const withOpen = (row: Counted, open: Counted | undefined): Counted => {
  if (open === undefined) {
    return row
  }
  const out = new Counted()
  out.add(row)
  out.add(open)
  return out
}

const hasContent = ({ count, label, usage }: SummaryRow): boolean =>
  label !== null || count > 0 || usage.costUsd !== null || usage.tokensIn > 0 || usage.tokensOut > 0

const byImportance = (a: SummaryRow, b: SummaryRow): number =>
  (b.usage.costUsd ?? 0) - (a.usage.costUsd ?? 0) || tokens(b) - tokens(a) || b.count - a.count ||
  compare(a.label ?? "\uffff", b.label ?? "\uffff")

const tokens = ({ usage }: SummaryRow): number => usage.tokensIn + usage.tokensOut

const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0
