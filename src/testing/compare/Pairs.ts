/**
 * How far a recorded span is from an expected one, with all that is below them; asked for the same two again, it remembers.
 *
 * A field that differs costs 1, a span too many or too few 2 with all that is expected of it and is below it. So two spans of one name are
 * always taken for the same one, however many of their fields differ; two of different names cost 4 more, so that something else must speak for it.
 */
import type { SpanNode } from "../../records/spanTree.js"
import { ExactAttributes, listOf, rangeOf, type SpanExpectation, type SpanList } from "../SpanExpectation.js"
import type { Alignment, Prices } from "./Alignment.js"
import { alignOrdered } from "./ordered.js"
import { slotsOf } from "./slots.js"
import { alignUnordered } from "./unordered.js"
import { type FieldDifference, fieldDifferences } from "./values.js"

const oneSpan = 2

/** As much as one span too few and one too many; with other fields that differ somewhat more, so that these do not speak for it. */
const renamed = (others: number): number => 2 * oneSpan + (others > 0 ? 0.5 : 0)

/** What is known of the spans of one comparison. */
export class Pairs {
  private readonly costs = new Map<SpanExpectation, Map<SpanNode, number>>()
  private readonly missing = new Map<SpanExpectation, number>()

  /** The cheapest alignment of recorded spans with a list of expected ones. */
  align(list: SpanList, nodes: ReadonlyArray<SpanNode>): Alignment {
    const align = list.ordered ? alignOrdered : alignUnordered
    return align(slotsOf(list, nodes.length), nodes, this.prices(list))
  }

  /** What the parts of an alignment of this list cost. */
  prices(list: SpanList): Prices {
    return {
      pair: (slot, node) => this.pair(slot.expectation, node),
      missing: (slot) => slot.required ? this.missingCost(slot.expectation) : 0,
      other: (node) => list.others ? 0 : this.otherCost(node)
    }
  }

  private pair(expectation: SpanExpectation, node: SpanNode): number {
    const known = this.costs.get(expectation) ?? new Map<SpanNode, number>()
    this.costs.set(expectation, known)
    const cost = known.get(node) ?? this.pairCost(expectation, node)
    known.set(node, cost)
    return cost
  }

  private pairCost(expectation: SpanExpectation, node: SpanNode): number {
    const own = fieldsCost(fieldDifferences(node.span, expectation), expectation)
    if (expectation.children === undefined) {
      return own
    }
    return own + this.align(listOf(expectation.children), node.children).cost
  }

  private missingCost(expectation: SpanExpectation): number {
    const known = this.missing.get(expectation)
    if (known !== undefined) {
      return known
    }
    const children = expectation.children === undefined ? [] : listOf(expectation.children).spans
    const below = children.reduce((sum, child) => sum + rangeOf(child)[0] * this.missingCost(child), 0)
    const cost = oneSpan + namedFields(expectation) + below
    this.missing.set(expectation, cost)
    return cost
  }

  private otherCost(node: SpanNode): number {
    return oneSpan * spansOf(node)
  }
}

/** Fields of one attribute count once, and so do all that `exactly` does not allow: their number says nothing of who is meant. */
const fieldsCost = (differences: ReadonlyArray<FieldDifference>, { attributes }: SpanExpectation): number => {
  const allowed = attributes instanceof ExactAttributes ? attributes.attributes : undefined
  const kinds = new Set(
    differences.map(({ field: [kind, key] }) =>
      kind === "attributes" && key !== undefined && (allowed === undefined || Object.hasOwn(allowed, key))
        ? `attributes/${key}`
        : kind
    )
  )
  const others = kinds.size - (kinds.has("name") ? 1 : 0)
  return others + (kinds.has("name") ? renamed(others) : 0)
}

/** The most that fields can cost, but for the name. */
const namedFields = (expectation: SpanExpectation): number => {
  const { attributes } = expectation
  const [named, others] = attributes instanceof ExactAttributes ? [attributes.attributes, 1] : [attributes ?? {}, 0]
  const fields = [expectation.outcome, expectation.exception, expectation.durationMs, expectation.events]
  return Object.keys(named).length + others + fields.filter((field) => field !== undefined).length
}

const counts = new WeakMap<SpanNode, number>()

/** How many spans there are, with those below. Without recursion: a tree may be deeper than the call stack. */
export const spansOf = (root: SpanNode): number => {
  const known = counts.get(root)
  if (known !== undefined) {
    return known
  }
  const all = [root]
  for (const node of all) {
    for (const child of node.children) {
      all.push(child)
    }
  }
  for (const node of all.reverse()) {
    counts.set(node, node.children.reduce((sum, child) => sum + counts.get(child)!, 1))
  }
  return counts.get(root)!
}
