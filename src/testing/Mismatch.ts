/**
 * Differences as data: the location of each, what was expected, and what was recorded.
 */
import type { AttributeValue } from "../records/attributes.js"
import type { SpanNode } from "../records/spanTree.js"
import type { SpanExpectation, ValueExpectation } from "./SpanExpectation.js"

/** The location of a difference. */
interface Place {
  /**
   * The labels of the spans from a root to this location. A label is the name of the span and what identifies it, such as `loom.tool add`. Siblings
   * with the same label are numbered: `loom.turn[2]` is the second.
   */
  readonly path: ReadonlyArray<string>
}

/** A field of a span differs. */
export interface DifferentField extends Place {
  readonly kind: "different"
  /** `["name"]`, `["outcome"]`, `["attributes", "args", "a"]`. */
  readonly field: ReadonlyArray<string>
  /** The expected value; the matcher `absent` if the field should not exist. */
  readonly expected: ValueExpectation | null
  /** The recorded value; `undefined` if the field does not exist. */
  readonly actual: AttributeValue | null | undefined
}

/** An expected span was not recorded, or not often enough. */
export interface MissingSpan extends Place {
  readonly kind: "missing"
  /** The expected span. */
  readonly expected: SpanExpectation
  /** How many were recorded. More than 0 only if the span is expected several times. */
  readonly actual: number
}

/** A recorded span is not expected. */
export interface UnexpectedSpan extends Place {
  readonly kind: "unexpected"
  /** Always `undefined`: nothing was expected. */
  readonly expected: undefined
  /** The recorded span, with its children. */
  readonly actual: SpanNode
}

/** A span is as expected, but at a different position among its siblings. */
export interface MisplacedSpan extends Place {
  readonly kind: "misplaced"
  /** Its position among the expected children, from 1. */
  readonly expected: number
  /** Its position among the recorded children, from 1. */
  readonly actual: number
}

/** One difference. */
export type Mismatch = DifferentField | MissingSpan | UnexpectedSpan | MisplacedSpan
