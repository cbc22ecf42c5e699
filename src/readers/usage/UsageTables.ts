/**
 * The usage of one trace by label and by where it was recorded: which place counts is known only once the trace is over.
 */
import { Amounts, measured } from "./Amounts.js"

/** Where usage was recorded. */
export type Source = "metrics" | "spans" | "runs"

const sources: ReadonlyArray<Source> = ["metrics", "spans", "runs"]

/** The usage of one label. */
export class SourceAmounts {
  metrics: Amounts | undefined = undefined
  spans: Amounts | undefined = undefined
  runs: Amounts | undefined = undefined

  /** Adds to one source. */
  add(source: Source, amounts: Amounts): void {
    const into = this[source] ?? new Amounts()
    into.add(amounts)
    this[source] = into
  }

  /** Adds all of another. */
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
export interface Counted {
  /** Quantities that the trace has metrics of. */
  readonly sure: Amounts
  /** The others: from the spans of model calls, or else from the totals of runs. */
  readonly otherwise: Amounts
}

/** The usage of one label in one dimension; `null` means no label. */
export class UsageRow extends SourceAmounts {
  constructor(readonly dimension: number, readonly label: string | null) {
    super()
  }
}

/** Up to this many rows are searched one by one: most traces have fewer, and a map costs more than they do. */
const fewRows = 16

/** Rows per trace; any further labels count as none. */
const maxRows = 20_000

/** The rows of one trace. */
export class UsageTables {
  /** Quantities with metrics emitted outside model calls. */
  stray = 0
  /** All usage. */
  readonly total = new SourceAmounts()
  private readonly list: Array<UsageRow> = []
  private index: Map<string, UsageRow> | undefined = undefined

  /** The rows, in no particular order. */
  get rows(): ReadonlyArray<UsageRow> {
    return this.list
  }

  /** Adds to a label. */
  add(dimension: number, label: string, source: Source, amounts: Amounts): void {
    this.row(dimension, label).add(source, amounts)
  }

  /** Adds all of these to a label. */
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

  /** A copy. */
  copy(): UsageTables {
    const out = new UsageTables()
    out.stray = this.stray
    out.total.take(this.total)
    for (const row of this.list) {
      out.take(row.dimension, row.label, row)
    }
    return out
  }

  private row(dimension: number, label: string | null): UsageRow {
    return this.find(dimension, label) ?? this.insert(dimension, this.list.length < maxRows ? label : null)
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
