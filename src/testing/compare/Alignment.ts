/**
 * Which recorded span stands for which expected one, and what finding that out costs.
 */
import type { SpanNode } from "../../records/spanTree.js"
import type { Slot } from "./slots.js"

/** What becomes of a place, a span, or both: at least one of them is there. */
export interface Step {
  readonly slot: Slot | undefined
  readonly node: SpanNode | undefined
}

/** How much is wrong, by parts. All are ≥ 0, and 0 means that nothing is. */
export interface Prices {
  /** This span stands in this place. */
  readonly pair: (slot: Slot, node: SpanNode) => number
  /** This place stays empty. */
  readonly missing: (slot: Slot) => number
  /** This span has no place. */
  readonly other: (node: SpanNode) => number
}

/** Which stands for which, and all that is wrong with it. */
export interface Alignment {
  readonly steps: ReadonlyArray<Step>
  readonly cost: number
  /** For a place that stayed empty the span that belongs there, and the other way round. */
  readonly moved: ReadonlyMap<Step, Step>
}

/** What a move costs: less than two spans that differ in one field each. */
export const oneMove = 1.5

/** An alignment at these prices. Where order counts, what is missing in one place and too much in another is a move. */
export const priced = (steps: ReadonlyArray<Step>, prices: Prices, ordered: boolean): Alignment => {
  const moved = ordered ? movesAmong(steps, prices) : new Map<Step, Step>()
  const rest = steps.filter((step) => !moved.has(step))
  const cost = rest.reduce((sum, step) => sum + stepCost(step, prices), 0)
  return { steps, moved, cost: cost + oneMove * moved.size / 2 }
}

const movesAmong = (steps: ReadonlyArray<Step>, { pair }: Prices): ReadonlyMap<Step, Step> => {
  const moved = new Map<Step, Step>()
  const others = steps.filter((step) => step.slot === undefined)
  for (const empty of steps.filter(({ node, slot }) => node === undefined && slot?.required === true)) {
    const partner = others.find((other) => !moved.has(other) && pair(empty.slot!, other.node!) === 0)
    if (partner !== undefined) {
      moved.set(empty, partner).set(partner, empty)
    }
  }
  return moved
}

const stepCost = ({ node, slot }: Step, prices: Prices): number =>
  node === undefined
    ? slot === undefined ? 0 : prices.missing(slot)
    : slot === undefined
    ? prices.other(node)
    : prices.pair(slot, node)
