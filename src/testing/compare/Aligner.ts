/**
 * Decides which recorded span is compared with which expected one. Always finds an alignment without differences if there is one; otherwise finds one
 * with few differences in bounded time.
 */
import type { SpanNode } from "../../records/spanTree.js"
import { listOf, namedAttributes, rangeOf, type SpanExpectation, type SpanList } from "../SpanExpectation.js"
import { DeepCalls } from "./DeepCalls.js"
import { alignOrdered } from "./ordered.js"
import type { Item, Step } from "./steps.js"
import { alignUnordered } from "./unordered.js"
import { fieldDifferences, plainlyDiffers, valueMatches } from "./values.js"

/** The cost of an unexpected span or of a missing span without children, and the cost of a field that differs. */
const oneSpan = 100
const oneField = 2

/** How often a comparison looks for a cheaper alignment, and how deep: deeper differences do not affect which spans are paired. */
const mostLooks = 100_000
const mostDepth = 50

/** Something with children: an expected span, or the whole expectation. */
export type Expecting = Pick<SpanExpectation, "children">

export type Parent = Pick<SpanNode, "children">

type Steps = ReadonlyArray<Step>

export class Aligner {
  private looks = 0
  private depth = 0
  private readonly calls = new DeepCalls()
  private readonly sizes = new Map<SpanExpectation, number>()

  /** The steps through the children, with as few differences as possible. */
  readonly align: (expecting: Expecting, parent: Parent) => Steps = this.calls.memoize((expecting, parent) =>
    this.alignExactly(expecting, parent) ?? this.search(expecting, parent, false)!
  )

  private readonly alignExactly = this.calls.memoize((expecting: Expecting, parent: Parent) =>
    this.search(expecting, parent, true)
  )

  /** A span that is missing at one position and unexpected at another was moved. Maps each end of a move to the other. */
  moves(steps: Steps): ReadonlyMap<Step, Step> {
    const moves = new Map<Step, Step>()
    for (const missing of steps.filter(({ node }) => node === undefined)) {
      const found = steps.find((step) =>
        step.item === undefined && !moves.has(step) && this.fits(missing.item!.expectation, step.node!)
      )
      if (found !== undefined) {
        moves.set(missing, found).set(found, missing)
      }
    }
    return moves
  }

  private search({ children = [] }: Expecting, parent: Parent, exact: boolean): Steps | undefined {
    const { ordered, others, spans } = listOf(children)
    const unexpected = others ? 0 : exact ? Infinity : oneSpan
    // To detect missing spans, it is enough to require one more than were recorded.
    const items = spans.map((expectation, index): Item => {
      const [least, most] = rangeOf(expectation)
      return { index, expectation, least: Math.min(least, parent.children.length + 1), most }
    })
    return (ordered ? alignOrdered : alignUnordered)(items, parent.children, {
      exact,
      unexpected,
      missing: ({ expectation }) => exact ? Infinity : this.missingPrice(expectation),
      fits: ({ expectation }, node) => this.fits(expectation, node),
      pair: (item, node, required) =>
        this.fits(item.expectation, node) ? 0 : exact ? Infinity : this.pairPrice(item, node, required, unexpected),
      mayLook: () => this.mayLook()
    })
  }

  /** The more spans are expected below a missing span, the more it costs. */
  private missingPrice(expectation: SpanExpectation): number {
    const size = this.sizes.get(expectation) ?? sizeOf(expectation)
    this.sizes.set(expectation, size)
    return oneSpan * size
  }

  private mayLook(): boolean {
    return this.looks++ < mostLooks
  }

  private fits(expectation: SpanExpectation, node: SpanNode): boolean {
    return !plainlyDiffers(node.span, expectation) && fieldDifferences(node.span, expectation).length === 0 &&
      (expectation.children === undefined || this.alignExactly(expectation, node) !== undefined)
  }

  /**
   * A span that differs costs less than a missing and an unexpected span together. Two that differ cost more, so that a moved span is not compared
   * with its neighbor.
   */
  private pairPrice({ expectation, least, most }: Item, node: SpanNode, required: boolean, unexpected: number): number {
    const sameName = valueMatches(expectation.name, node.span.name)
    // If another span could be paired instead, pairing this one does not avoid a missing span.
    const needed = required && (!sameName || least === most || unexpected === 0)
    const saved = unexpected + (needed ? this.missingPrice(expectation) : 0)
    if (saved === 0 || (!sameName && (!required || unexpected === 0))) {
      return Infinity
    }
    const distance = this.mayLook() ? this.distance(expectation, node) : sameName ? 0 : Infinity
    return distance === Infinity ? Infinity : Math.min(saved - 1, distance + (sameName ? saved / 2 : saved - 10))
  }

  /** The cost of all differences; `Infinity` if neither the name nor anything else matches. */
  private readonly distance = this.calls.memoize((expectation: SpanExpectation, node: SpanNode): number => {
    const fields = fieldDifferences(node.span, expectation).length
    const steps = this.stepsBelow(expectation, node)
    const below = steps.reduce((sum, { price }) => sum + price, 0)
    const isAlike = valueMatches(expectation.name, node.span.name) || fields + below === 1 ||
      fields <= namedFields(expectation) || steps.some(({ item, node }) => item !== undefined && node !== undefined)
    return isAlike ? oneField * fields + below : Infinity
  })

  private stepsBelow(expectation: SpanExpectation, node: SpanNode): ReadonlyArray<Step & { readonly price: number }> {
    if (expectation.children === undefined || this.depth >= mostDepth) {
      return []
    }
    const list = listOf(expectation.children)
    this.depth++
    try {
      return this.align(expectation, node).map((step) => ({ ...step, price: this.stepPrice(step, list) }))
    } finally {
      this.depth--
    }
  }

  private stepPrice({ item, node }: Step, { others }: SpanList): number {
    if (item === undefined) {
      return others ? 0 : oneSpan
    }
    return node === undefined
      ? this.missingPrice(item.expectation)
      : this.fits(item.expectation, node)
      ? 0
      : this.distance(item.expectation, node)
  }
}

/** The minimum number of expected spans, up to 100. 100 levels are at least as many spans. */
const sizeOf = ({ children = [] }: SpanExpectation, levels = 100): number =>
  levels === 1
    ? 1
    : Math.min(100, listOf(children).spans.reduce((sum, each) => sum + rangeOf(each)[0] * sizeOf(each, levels - 1), 1))

/** The number of fields that an expectation has in addition to the name. */
const namedFields = ({ attributes, durationMs, events, exception, outcome }: SpanExpectation): number =>
  Object.keys(namedAttributes(attributes)).length +
  [durationMs, events, exception, outcome].filter((field) => field !== undefined).length
