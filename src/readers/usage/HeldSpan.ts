/**
 * A span while its trace is counted: known from its own record, a measurement in it, or a span below it.
 */
import type { SpanRole } from "../../records/vocabulary.js"
import type { SpanFacts, StartFacts } from "../../records/wire/facts.js"
import { Amounts } from "./Amounts.js"
import { Carried } from "./Carried.js"
import type { Labels } from "./measures.js"

/** Usage from metrics, with their labels. */
export interface Measurement {
  readonly amounts: Amounts
  readonly labels: Labels
}

/** One span of a trace that is being counted. */
export class HeldSpan {
  /** `undefined` for a root, and while unknown. */
  parent: HeldSpan | undefined = undefined
  state: "unknown" | "open" | "ended" = "unknown"
  role: SpanRole | undefined = undefined
  /** Its latest record; labels are read from it only if there is something to count. */
  span: SpanFacts | StartFacts | undefined = undefined
  /** Usage from its attributes. */
  own: Amounts | undefined = undefined
  metrics: Array<Measurement> | undefined = undefined
  /** What released spans below it moved up. */
  carried: Carried | undefined = undefined
  /** While counting: what moves up from below it, then from itself. */
  up: Carried | undefined = undefined
  /** While counting: children that have not been counted. */
  waitingFor = 0
  /** While counting: whether it has been counted. */
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

  /** What moves up, to add to. */
  upward(): Carried {
    return this.up ??= new Carried()
  }

  /** Moves usage up to the parent. */
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

  /** Moves usage up beyond the root. */
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
