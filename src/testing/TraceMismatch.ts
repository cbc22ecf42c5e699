/**
 * The error of a failed expectation, for any test runner: a message that is clear without the source, and two texts to compare.
 */
import * as Data from "effect/Data"
import type { SpanNode } from "../records/spanTree.js"
import { callSite } from "./callSite.js"
import { compare, type Comparison } from "./compare/Comparison.js"
import { formatMismatches } from "./formatMismatches.js"
import type { Mismatch } from "./Mismatch.js"
import { rootsOf } from "./renderTree.js"
import type { TraceExpectation } from "./SpanExpectation.js"
import { alignedTrees, expectedTree, recordedTree } from "./text/trees.js"

/** The recorded trace is not as expected. */
export class TraceMismatch extends Data.TaggedError("TraceMismatch")<{
  /** The differences in words, then both trees with the lines that differ marked. */
  readonly message: string
  /** The same differences as data, from the top of the tree to the bottom; at least one. */
  readonly mismatches: ReadonlyArray<Mismatch>
  /** The expected tree as text. Fields that are as expected show the recorded value. */
  readonly expected: string
  /** The recorded tree as text, without spans and fields that nothing is expected of. */
  readonly actual: string
}> {}

/** The differences between a recorded tree and an expectation; empty if it is as expected. */
export const matchTree = (
  tree: SpanNode | ReadonlyArray<SpanNode>,
  expectation: TraceExpectation
): ReadonlyArray<Mismatch> => compare(rootsOf(tree), expectation).mismatches

/**
 * The error for this expectation, or `undefined` if the tree is as expected: for custom matchers of a test runner.
 *
 * @param note shown after the first line of the message
 */
export const mismatchOf = (
  tree: SpanNode | ReadonlyArray<SpanNode>,
  expectation: TraceExpectation,
  note?: string
): TraceMismatch | undefined => {
  const comparison = compare(rootsOf(tree), expectation)
  const { mismatches } = comparison
  return mismatches.length === 0
    ? undefined
    : new TraceMismatch({ message: messageOf(comparison, note), mismatches, ...alignedTrees(comparison) })
}

/**
 * Throws a `TraceMismatch` unless the tree is as expected.
 *
 * @example
 * expectTree(tree, { name: "loom.run", children: [some({ name: "loom.turn" })] })
 */
export const expectTree = (tree: SpanNode | ReadonlyArray<SpanNode>, expectation: TraceExpectation): void => {
  const mismatch = mismatchOf(tree, expectation)
  if (mismatch !== undefined) {
    throw callSite(expectTree)(mismatch)
  }
}

const messageOf = (comparison: Comparison, note: string | undefined): string => {
  const { length } = comparison.mismatches
  return [
    `The recorded trace is not as expected: ${length === 1 ? "1 difference" : `${length} differences`}.${
      note === undefined ? "" : `\n${note}`
    }`,
    formatMismatches(comparison.mismatches),
    expectedTree(comparison),
    recordedTree(comparison),
    ""
  ].join("\n\n").trimEnd()
}
