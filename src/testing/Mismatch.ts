/**
 * Differences as data: where each one is, what was expected and what was recorded.
 */
import type { AttributeValue } from "../records/attributes.js"
import type { SpanNode } from "../records/spanTree.js"
import type { SpanExpectation, ValueExpectation } from "./SpanExpectation.js"

/** The place of a difference. */
interface Place {
  /**
   * The spans from a root to this place, each as its name and what identifies it: `loom.tool add`. Siblings with the same label are
   * numbered: `loom.turn[2]` is the second.
   */
  readonly path: ReadonlyArray<string>
}

/** A field of a span differs. */
export interface DifferentField extends Place {
  readonly kind: "different"
  /** `["name"]`, `["outcome"]`, `["attributes", "args", "a"]`. */
  readonly field: ReadonlyArray<string>
  /** The matcher `absent` if the field should not exist. */
  readonly expected: ValueExpectation | null
  /** `undefined` if the field does not exist. */
  readonly actual: AttributeValue | null | undefined
}

/** A span was not recorded, or not often enough. */
export interface MissingSpan extends Place {
  readonly kind: "missing"
  /** The expected span. */
  readonly expected: SpanExpectation
  /** How many were recorded: more than 0 only if the span is expected several times. */
  readonly actual: number
}

/** A span was recorded that is not expected. */
export interface UnexpectedSpan extends Place {
  readonly kind: "unexpected"
  /** Nothing was expected. */
  readonly expected: undefined
  /** The recorded span, with its children. */
  readonly actual: SpanNode
}

/** A span is as expected, but at another position among its siblings. */
export interface MisplacedSpan extends Place {
  readonly kind: "misplaced"
  /** Its position among the expected children, from 1. */
  readonly expected: number
  /** Its position among the recorded children, from 1. */
  readonly actual: number
}

/** One difference. */
export type Mismatch = DifferentField | MissingSpan | UnexpectedSpan | MisplacedSpan
