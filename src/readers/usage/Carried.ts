/**
 * What moves from spans up into their parent: usage without a label so far, and what the rule needs to know about the spans below.
 */
import { Amounts } from "./Amounts.js"
import type { Labels } from "./measures.js"
import { type Source, SourceAmounts, type UsageTables } from "./UsageTables.js"

/** What moves up. */
export class Carried {
  /** Quantities that metrics below measured outside model calls. */
  measured = 0
  /** The totals of the outermost runs below. */
  runs: Amounts | undefined = undefined
  /** Usage without a label so far, by dimension. */
  private readonly open: Array<SourceAmounts | undefined> = []

  /** Adds usage without a label in this dimension. */
  add(dimension: number, source: Source, amounts: Amounts): void {
    this.at(dimension).add(source, amounts)
  }

  /** Adds everything that moves up from another span. */
  take(from: Carried): void {
    this.measured |= from.measured
    if (from.runs !== undefined) {
      const runs = this.runs?.copy() ?? new Amounts()
      runs.add(from.runs)
      this.runs = runs
    }
    from.open.forEach((amounts, dimension) => {
      if (amounts !== undefined) {
        this.at(dimension).take(amounts)
      }
    })
  }

  /** Counts the usage that these labels apply to. */
  resolve(labels: Labels, tables: UsageTables): void {
    for (let dimension = 0; dimension < this.open.length; dimension++) {
      const label = labels[dimension]
      const amounts = this.open[dimension]
      if (label !== undefined && amounts !== undefined) {
        tables.take(dimension, label, amounts)
        this.open[dimension] = undefined
      }
    }
  }

  /** Counts the rest, at the top. */
  settle(tables: UsageTables): void {
    tables.stray |= this.measured
    this.open.forEach((amounts, dimension) => {
      if (amounts !== undefined) {
        tables.take(dimension, null, amounts)
      }
    })
  }

  /** A copy. */
  copy(): Carried {
    const out = new Carried()
    out.take(this)
    return out
  }

  private at(dimension: number): SourceAmounts {
    return this.open[dimension] ??= new SourceAmounts()
  }
}
