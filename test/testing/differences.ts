/**
 * What an expectation says of recorded trees, in few words that tests compare. No test by itself.
 */
import type { SpanNode } from "loom-telemetry"
import { matchTree, type Mismatch, type SpanExpectation, type TraceExpectation } from "loom-telemetry/testing"
import { type Plan, record } from "./plans.js"

/** The differences, each in a few words. */
export const differences = (tree: ReadonlyArray<SpanNode>, expectation: TraceExpectation): ReadonlyArray<string> =>
  matchTree(tree, expectation).map(inWords)

/** One of them. */
export const inWords = (mismatch: Mismatch): string => {
  const path = mismatch.path.join(" > ")
  return mismatch.kind === "different"
    ? `${path}: ${mismatch.field.join(".")}`
    : mismatch.kind === "misplaced"
    ? `${path}: misplaced ${mismatch.expected} ${mismatch.actual}`
    : `${path}: ${mismatch.kind}`
}

/** Those of the children of a root. */
export const below = (children: ReadonlyArray<Plan>, expected: SpanExpectation["children"]): ReadonlyArray<string> =>
  differences(record({ name: "root", children }), { name: "root", ...(expected && { children: expected }) })
