/**
 * The usage of one trace by label and by where it was recorded. Which place counts is known only once the trace is over.
 */
import { Amounts, measured } from "./Amounts.js"

export type Source = "metrics" | "spans" | "runs"

const sources: ReadonlyArray<Source> = ["metrics", "spans", "runs"]

export class SourceAmounts {
  metrics: Amounts | undefined = undefined
  spans: Amounts | undefined = undefined
  runs: Amounts | undefined = undefined

  add(source: Source, amounts: Amounts): void {
    const into = this[source] ?? new Amounts()
    into.add(amounts)
    this[source] = into
  }

  take(other: SourceAmounts): void {
    for (const source of sources) {
      const amounts = other[source]
      if (amounts !== undefined) {
        this.add(source, amounts)
      }
    }
  }
}

/** Usage that counts, by whether metrics confirm it. */
export class Counted {
  /** Quantities for which the trace has metrics. */
  readonly sure = new Amounts()
  /** The others: from the spans of model calls, or else from the totals of runs. */
  readonly otherwise = new Amounts()
  /** Measured outside any trace. */
  readonly outside = new Amounts()

  add({ otherwise, outside, sure }: Counted): void {
    this.sure.add(sure)
    this.otherwise.add(otherwise)
    this.outside.add(outside)
  }
}

/** The usage of one label in one dimension; `null` means no label. */
export class UsageRow extends SourceAmounts {
  constructor(readonly dimension: number, readonly label: string | null) {
    super()
  }
}

/** Up to this many rows are searched one by one: most traces have fewer, and a map costs more than they do. */
const fewRows = 16

/** Labels per trace, so that a summary's memory is bounded; further labels count as no label. */
const maxLabels = 20_000

export class UsageTables {
  stray = 0
  readonly total = new SourceAmounts()
  private readonly list: Array<UsageRow> = []
  private index: Map<string, UsageRow> | undefined = undefined

  /** Holds at most `maxRows` rows; further labels count as no label. */
  constructor(private readonly maxRows = maxLabels) {}

  get rows(): ReadonlyArray<UsageRow> {
    return this.list
  }

  add(dimension: number, label: string, source: Source, amounts: Amounts): void {
    this.row(dimension, label).add(source, amounts)
  }

  take(dimension: number, label: string | null, amounts: SourceAmounts): void {
    this.row(dimension, label).take(amounts)
  }

  /** Adds the amounts that count, by the rule. */
  countInto({ otherwise, sure }: Counted, { metrics, runs, spans }: SourceAmounts): void {
    const byMetrics = this.total.metrics?.has ?? 0
    const bySpans = (this.total.spans?.has ?? 0) & ~byMetrics
    if (metrics !== undefined) {
      sure.add(metrics)
    }
    if (spans !== undefined) {
      sure.add(spans, byMetrics & ~this.stray)
      otherwise.add(spans, bySpans)
    }
    if (runs !== undefined) {
      otherwise.add(runs, measured.all & ~byMetrics & ~bySpans)
    }
  }

  copy(): UsageTables {
    const out = new UsageTables(this.maxRows)
    out.stray = this.stray
    out.total.take(this.total)
    for (const row of this.list) {
      out.take(row.dimension, row.label, row)
    }
    return out
  }

  private row(dimension: number, label: string | null): UsageRow {
    return this.find(dimension, label) ?? this.insert(dimension, this.list.length < this.maxRows ? label : null)
  }

  private find(dimension: number, label: string | null): UsageRow | undefined {
    if (this.index !== undefined) {
      return this.index.get(keyOf(dimension, label))
    }
    for (const row of this.list) {
      if (row.dimension === dimension && row.label === label) {
        return row
      }
    }
    return undefined
  }

  private insert(dimension: number, label: string | null): UsageRow {
    const known = label === null ? this.find(dimension, label) : undefined
    if (known !== undefined) {
      return known
    }
    const row = new UsageRow(dimension, label)
    this.list.push(row)
    if (this.list.length === fewRows) {
      this.index = new Map(this.list.map((each) => [keyOf(each.dimension, each.label), each]))
    } else {
      this.index?.set(keyOf(dimension, label), row)
    }
    return row
  }
}

const keyOf = (dimension: number, label: string | null): string =>
  label === null ? `${dimension}` : `${dimension} ${label}`
