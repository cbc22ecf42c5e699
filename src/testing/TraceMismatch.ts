/**
 * The failure of an expectation, as any test runner can show it: a message that is read without the source, and two texts to compare.
 */
import * as Data from "effect/Data"
import type { SpanNode } from "../records/spanTree.js"
import { calledFrom } from "./callSite.js"
import { compare, type Comparison } from "./compare/Comparison.js"
import { formatMismatches } from "./formatMismatches.js"
import type { Mismatch } from "./Mismatch.js"
import { rootsOf } from "./renderTree.js"
import type { TraceExpectation } from "./SpanExpectation.js"
import { alignedTrees, expectedTree, recordedTree } from "./text/trees.js"

/** What was recorded is not what was expected. */
export class TraceMismatch extends Data.TaggedError("TraceMismatch")<{
  /** The differences in words, then both trees, with the lines that differ marked. */
  readonly message: string
  /** The same differences as data, from the top of the tree to its bottom; at least one. */
  readonly mismatches: ReadonlyArray<Mismatch>
  /** The expected tree as text, with what was recorded where that is as expected. */
  readonly expected: string
  /** The recorded tree as text, as much of it as something is expected of. */
  readonly actual: string
}> {}

/** The differences between a recorded tree and what is expected of it; none where it is as expected. */
export const matchTree = (
  tree: SpanNode | ReadonlyArray<SpanNode>,
  expectation: TraceExpectation
): ReadonlyArray<Mismatch> => compare(rootsOf(tree), expectation).mismatches

/**
 * The failure of this expectation, or `undefined` where the tree is as expected: for matchers of a test runner.
 *
 * @param note what a reader should know beside the difference; it stands after the first line
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
    throw calledFrom(mismatch, expectTree)
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
