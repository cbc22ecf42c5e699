/**
 * Compares, in one pass and constant memory, what the spans of a whole file used with what was measured outside any trace.
 */
import type { Facts } from "../../records/wire/facts.js"
import { OpenTraces } from "../summary/OpenTraces.js"
import { Amounts } from "./Amounts.js"
import { type Dimensions, knownSpan, quantityOf } from "./measures.js"
import { contradicted } from "./outside.js"
import { Counted, type UsageTables } from "./UsageTables.js"

const noDimensions: Dimensions = { count: 0, ofSpan: () => [], ofMetric: () => [] }

export class WholeUsage {
  private readonly outside = new Amounts()
  private readonly counted = new Counted()
  private readonly open = new OpenTraces(noDimensions, 100_000, (tables) => this.settle(tables))

  add(facts: Facts): void {
    switch (facts.kind) {
      case "span":
        this.open.end(facts.traceId, knownSpan(facts))
        return
      case "span_start":
        this.open.start(facts.traceId, knownSpan(facts))
        return
      case "metric":
        if (facts.traceId === undefined) {
          this.outside.measure(quantityOf(facts.name), facts.value)
        } else if (quantityOf(facts.name) !== 0) {
          this.open.metric(facts.traceId, facts)
        }
    }
  }

  /** Flags of the quantities for which only the measurements outside any trace count. Call it once, at the end. */
  contradicted(): number {
    for (const tables of this.open.settled()) {
      this.settle(tables)
    }
    return contradicted(this.outside, this.counted.otherwise.copy(this.outside.has))
  }

  private settle(tables: UsageTables): void {
    tables.countInto(this.counted, tables.total)
  }
}
