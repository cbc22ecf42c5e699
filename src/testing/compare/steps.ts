/**
 * The types that the alignments of ordered and unordered lists share.
 */
import type { SpanNode } from "../../records/spanTree.js"
import type { SpanExpectation } from "../SpanExpectation.js"

export interface Item {
  readonly index: number
  readonly expectation: SpanExpectation
  readonly least: number
  readonly most: number
}

/** An expected span and the recorded one that stands for it. Without a node it is missing, without an item unexpected. */
export interface Step {
  readonly item: Item | undefined
  readonly node: SpanNode | undefined
}

/** What steps cost: whole numbers ≥ 0, or `Infinity` for a step that is not allowed. */
export interface Prices {
  /** Whether spans have to fit, so that nothing is missing or unexpected. */
  readonly exact: boolean
  readonly fits: (item: Item, node: SpanNode) => boolean
  /** 0 for a span that fits. */
  readonly pair: (item: Item, node: SpanNode, required: boolean) => number
  readonly missing: (item: Item) => number
  readonly unexpected: number
  /** Whether there is time to look for something cheaper. */
  readonly mayLook: () => boolean
}
