/**
 * The rows of one dimension of a summary: work and usage by label, for a bounded number of labels.
 */
import type { Outcome } from "../../records/SpanRecord.js"
import { Amounts, measured, type Usage } from "../usage/Amounts.js"
import type { Counted } from "../usage/UsageTables.js"
import { Durations, type DurationStats } from "./Durations.js"
import type { Dimension } from "./summaryDimensions.js"

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

class Row {
  count = 0
  failures = 0
  interrupted = 0
  readonly sure = new Amounts()
  readonly otherwise = new Amounts()
  private readonly durations: Durations

  constructor(readonly label: string | null, readonly other: boolean, maxExact: number) {
    this.durations = new Durations(maxExact)
  }

  work({ durationMs, failed, outcome }: Work): void {
    this.count++
    this.failures += failed ? 1 : 0
    this.interrupted += outcome === "interrupted" ? 1 : 0
    this.durations.add(durationMs)
  }

  finished(open: Counted | undefined, outside: number): SummaryRow {
    const { count, failures, interrupted, label, other } = this
    const usage = usageOf(open === undefined ? [this] : [this, open], outside)
    return { label, other, count, failures, interrupted, durationMs: this.durations.stats(), usage }
  }
}

/** The usage that counts, given that the `outside` quantities were measured outside any trace. */
export const usageOf = (all: ReadonlyArray<Counted>, outside: number): Usage => {
  const out = new Amounts()
  for (const { otherwise, sure } of all) {
    out.add(sure)
    out.add(otherwise, measured.all & ~outside)
  }
  return out.usage()
}

/** Rows by label. */
export class SummaryTable {
  private readonly rows = new Map<string | null, Row>()
  private others: Row | undefined = undefined

  constructor(private readonly mostLabels: number, private readonly maxExact: number) {}

  /** Counts a span. */
  work(label: string | null, work: Work): void {
    this.row(label).work(work)
  }

  /** The usage of a label, to add to. */
  usage(label: string | null): Counted {
    return this.row(label)
  }

  /** The rows, including usage by label that is not settled yet. */
  finished(open: ReadonlyMap<Counted, Counted>, outside: number): ReadonlyArray<SummaryRow> {
    const rows = [...this.rows.values(), ...(this.others === undefined ? [] : [this.others])]
    return rows.map((row) => row.finished(open.get(row), outside)).filter(hasContent).sort(byImportance)
  }

  private row(label: string | null): Row {
    let row = this.rows.get(label)
    if (row !== undefined) {
      return row
    }
    if (label !== null && this.rows.size >= this.mostLabels) {
      this.others ??= new Row("(other)", true, this.maxExact)
      return this.others
    }
    row = new Row(label, false, this.maxExact)
    this.rows.set(label, row)
    return row
  }
}

const hasContent = ({ count, label, usage }: SummaryRow): boolean =>
  label !== null || count > 0 || usage.costUsd !== null || usage.tokensIn > 0 || usage.tokensOut > 0

const byImportance = (a: SummaryRow, b: SummaryRow): number =>
  (b.usage.costUsd ?? 0) - (a.usage.costUsd ?? 0) || tokens(b) - tokens(a) || b.count - a.count ||
  compare(a.label ?? "\uffff", b.label ?? "\uffff")

const tokens = ({ usage }: SummaryRow): number => usage.tokensIn + usage.tokensOut

const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0
