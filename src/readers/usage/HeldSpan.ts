/**
 * A span of which something is known: its own record, a measurement in it, or a span below it.
 */
import type { SpanRole } from "../../records/vocabulary.js"
import type { SpanFacts, StartFacts } from "../../records/wire/facts.js"
import { Amounts } from "./Amounts.js"
import { Carried } from "./Carried.js"
import type { Labels } from "./measures.js"

/** Usage that metrics say, with what they say it of. */
export interface Measurement {
  readonly amounts: Amounts
  readonly labels: Labels
}

/** One span of a trace that is being counted. */
export class HeldSpan {
  /** `undefined` for a root, and while nothing is known. */
  parent: HeldSpan | undefined = undefined
  state: "unknown" | "open" | "ended" = "unknown"
  role: SpanRole | undefined = undefined
  /** Its record, the later one of two; labels are read from it only where there is something to count. */
  span: SpanFacts | StartFacts | undefined = undefined
  /** What its attributes say. */
  own: Amounts | undefined = undefined
  metrics: Array<Measurement> | undefined = undefined
  /** What spans below it left that are not held any more. */
  carried: Carried | undefined = undefined
  /** While counting: what goes up from below it, then from itself. */
  up: Carried | undefined = undefined
  /** While counting: spans below it that have not been counted. */
  waitingFor = 0
  /** While counting: whether it was its turn. */
  counted = false

  /** Whether there is anything to count at it or below it. */
  get isUsed(): boolean {
    return this.up !== undefined || this.metrics !== undefined || this.own !== undefined
  }

  /** Adds a measurement; those that say the same of whom are one. */
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

  /** What goes up, to be added to. */
  upward(): Carried {
    return this.up ??= new Carried()
  }

  /** Hands what goes up to the parent. */
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

  /** Hands what goes up to nobody. */
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
