/**
 * Types shared by the alignment of ordered and of unordered lists.
 */
import type { SpanNode } from "../../records/spanTree.js"
import type { SpanExpectation } from "../SpanExpectation.js"

export interface Item {
  readonly index: number
  readonly expectation: SpanExpectation
  readonly least: number
  readonly most: number
}

/** An expected span and the recorded span it is paired with. Without a node, the span is missing; without an item, it is unexpected. */
export interface Step {
  readonly item: Item | undefined
  readonly node: SpanNode | undefined
}

/** The costs of steps: whole numbers ≥ 0, or `Infinity` for a step that is not allowed. */
export interface Prices {
  /** Whether all spans must fit, with nothing missing or unexpected. */
  readonly exact: boolean
  readonly fits: (item: Item, node: SpanNode) => boolean
  /** 0 for a span that fits. */
  readonly pair: (item: Item, node: SpanNode, required: boolean) => number
  readonly missing: (item: Item) => number
  readonly unexpected: number
  /** Whether there is time left to look for something cheaper. */
  readonly mayLook: () => boolean
}
