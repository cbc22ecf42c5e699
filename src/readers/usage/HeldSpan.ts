/**
 * A span while its trace is counted: known from its own record, a measurement in it, or a span below it. `Carried` is the usage that moves up to its
 * parent.
 */
import type { SpanRole } from "../../records/vocabulary.js"
import { Amounts } from "./Amounts.js"
import type { KnownSpan, Labels } from "./measures.js"
import { type Source, SourceAmounts, type UsageTables } from "./UsageTables.js"

export class Carried {
  /** Quantities that metrics below measured outside model calls. */
  measured = 0
  /** The totals of the outermost runs below. */
  runs: Amounts | undefined = undefined
  /** The usage of the outermost model calls below. */
  models: Amounts | undefined = undefined
  /** Usage without a label so far, by dimension. */
  private readonly open: Array<SourceAmounts | undefined> = []

  /** Adds usage without a label in this dimension. */
  add(dimension: number, source: Source, amounts: Amounts): void {
    this.at(dimension).add(source, amounts)
  }

  /** Adds everything that moves up from another span. */
  take(from: Carried): void {
    this.measured |= from.measured
    this.runs = sumOf(this.runs, from.runs)
    this.models = sumOf(this.models, from.models)
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

  copy(): Carried {
    const out = new Carried()
    out.take(this)
    return out
  }

  private at(dimension: number): SourceAmounts {
    return this.open[dimension] ??= new SourceAmounts()
  }
}

const sumOf = (a: Amounts | undefined, b: Amounts | undefined): Amounts | undefined => {
  if (a === undefined || b === undefined) {
    return a ?? b
  }
  const out = a.copy()
  out.add(b)
  return out
}

export interface Measurement {
  readonly amounts: Amounts
  readonly labels: Labels
}

export class HeldSpan {
  /** `undefined` for a root, and while unknown. */
  parent: HeldSpan | undefined = undefined
  state: "unknown" | "open" | "ended" = "unknown"
  role: SpanRole | undefined = undefined
  /** Its latest record; labels are read from it only if there is something to count. */
  span: KnownSpan | undefined = undefined
  own: Amounts | undefined = undefined
  metrics: Array<Measurement> | undefined = undefined
  /** What released spans below it moved up. */
  carried: Carried | undefined = undefined
  /** While counting: what moves up from below it, then from itself. */
  up: Carried | undefined = undefined
  /** While counting: children that have not been counted. */
  waitingFor = 0
  counted = false

  /** Whether there is anything to count in or below it. */
  get isUsed(): boolean {
    return this.up !== undefined || this.metrics !== undefined || this.own !== undefined
  }

  /** Adds a measurement; those with the same labels are summed. */
  measure(which: number, value: number, labels: Labels): void {
    this.measurement(labels).amounts.measure(which, value)
  }

  private measurement(labels: Labels): Measurement {
    const all = this.metrics ??= []
    for (const known of all) {
      if (known.labels === labels || isSame(known.labels, labels)) {
        return known
      }
    }
    const made = { amounts: new Amounts(), labels }
    all.push(made)
    return made
  }

  upward(): Carried {
    return this.up ??= new Carried()
  }

  passUp(): void {
    const { parent, up } = this
    this.up = undefined
    if (parent === undefined || up === undefined) {
      return
    }
    if (parent.up === undefined) {
      parent.up = up
    } else {
      parent.up.take(up)
    }
  }

  giveUp(top: Carried): void {
    if (this.up !== undefined) {
      top.take(this.up)
      this.up = undefined
    }
  }
}

const isSame = (a: Labels, b: Labels): boolean => {
  for (let index = 0; index < a.length; index++) {
    if (a[index] !== b[index]) {
      return false
    }
  }
  return true
}

/** Sorts these spans so that each comes after all below it; spans that are their own ancestors come last. `counted` is set for every other span. */
export const fromTheLeaves = (spans: ReadonlyArray<HeldSpan>): ReadonlyArray<HeldSpan> => {
  for (const { parent } of spans) {
    if (parent !== undefined) {
      parent.waitingFor++
    }
  }
  const order: Array<HeldSpan> = []
  for (const leaf of spans) {
    for (let held: HeldSpan | undefined = leaf; held !== undefined && isNext(held); held = held.parent) {
      held.counted = true
      order.push(held)
      if (held.parent !== undefined) {
        held.parent.waitingFor--
      }
    }
  }
  return order.length < spans.length ? [...order, ...spans.filter((held) => !held.counted)] : order
}

const isNext = (held: HeldSpan): boolean => !held.counted && held.waitingFor === 0
