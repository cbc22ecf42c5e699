/**
 * What is not as expected, as data: one entry a difference, with where it is, what was expected and what was recorded.
 */
import type { AttributeValue } from "../records/attributes.js"
import type { SpanNode } from "../records/spanTree.js"
import type { SpanExpectation, ValueExpectation } from "./SpanExpectation.js"

/** Where a difference is. */
interface Place {
  /**
   * The spans that lead there, from a root. Each is its name and what tells it from others: `loom.tool add`. Where siblings are called the
   * same, their number among these: `loom.turn[2]` is the second.
   */
  readonly path: ReadonlyArray<string>
}

/** A field of a span is another one. */
export interface DifferentField extends Place {
  readonly kind: "different"
  /** `["name"]`, `["outcome"]`, `["attributes", "args", "a"]`. */
  readonly field: ReadonlyArray<string>
  /** The matcher `absent` where nothing was expected. */
  readonly expected: ValueExpectation | null
  /** `undefined` where there is no such field. */
  readonly actual: AttributeValue | null | undefined
}

/** A span was not recorded, or not often enough. */
export interface MissingSpan extends Place {
  readonly kind: "missing"
  /** What is expected there. */
  readonly expected: SpanExpectation
  /** How many there are of it: more than 0 only where it is expected several times. */
  readonly actual: number
}

/** A span was recorded that is not expected. */
export interface UnexpectedSpan extends Place {
  readonly kind: "unexpected"
  /** Nothing is. */
  readonly expected: undefined
  /** What was recorded there, with what is below it. */
  readonly actual: SpanNode
}

/** A span is as expected, but in another place among its siblings. */
export interface MisplacedSpan extends Place {
  readonly kind: "misplaced"
  /** Its place in the list of expected children, from 1. */
  readonly expected: number
  /** Its place among the recorded children, from 1. */
  readonly actual: number
}

/** One difference. */
export type Mismatch = DifferentField | MissingSpan | UnexpectedSpan | MisplacedSpan
