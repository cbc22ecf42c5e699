/**
 * Short descriptions of the differences between trees and expectations, for tests to compare. Not a test itself.
 */
import type { SpanNode } from "loom-telemetry"
import { matchTree, type Mismatch, type SpanExpectation, type TraceExpectation } from "loom-telemetry/testing"
import { type Plan, record } from "./plans.js"

/** All differences in words. */
export const differences = (tree: ReadonlyArray<SpanNode>, expectation: TraceExpectation): ReadonlyArray<string> =>
  matchTree(tree, expectation).map(inWords)

/** One difference in words. */
export const inWords = (mismatch: Mismatch): string => {
  const path = mismatch.path.join(" > ")
  return mismatch.kind === "different"
    ? `${path}: ${mismatch.field.join(".")}`
    : mismatch.kind === "misplaced"
    ? `${path}: misplaced ${mismatch.expected} ${mismatch.actual}`
    : `${path}: ${mismatch.kind}`
}

/** The differences between the children of a root. */
export const below = (children: ReadonlyArray<Plan>, expected: SpanExpectation["children"]): ReadonlyArray<string> =>
  differences(record({ name: "root", children }), { name: "root", ...(expected && { children: expected }) })
