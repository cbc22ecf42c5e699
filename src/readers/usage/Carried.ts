/**
 * What goes from spans up into their parent: usage that nobody has been found for yet, and what the rule needs to know of what is below.
 */
import { Amounts } from "./Amounts.js"
import type { Labels } from "./measures.js"
import { type Source, SourceAmounts, type UsageTables } from "./UsageTables.js"

/** What goes up. */
export class Carried {
  /** Quantities that were measured by metrics below, outside of model calls. */
  measured = 0
  /** The totals of the runs below that are in no other run below. */
  runs: Amounts | undefined = undefined
  /** A dimension's usage that has no label yet. */
  private readonly open: Array<SourceAmounts | undefined> = []

  /** Takes what has no label in this dimension. */
  add(dimension: number, source: Source, amounts: Amounts): void {
    this.at(dimension).add(source, amounts)
  }

  /** Takes all that goes up from another span. */
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

  /** Puts down what these labels are for. */
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

  /** Puts down the rest: nothing is above. */
  settle(tables: UsageTables): void {
    tables.stray |= this.measured
    this.open.forEach((amounts, dimension) => {
      if (amounts !== undefined) {
        tables.take(dimension, null, amounts)
      }
    })
  }

  /** Another with the same in it. */
  copy(): Carried {
    const out = new Carried()
    out.take(this)
    return out
  }

  private at(dimension: number): SourceAmounts {
    return this.open[dimension] ??= new SourceAmounts()
  }
}
