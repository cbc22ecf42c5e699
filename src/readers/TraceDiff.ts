/**
 * Compares two runs: which spans are only in one of them, and what differs in those that are in both, as data.
 *
 * Spans are matched from the roots down, by label and by order among siblings with that label: the second `loom.tool add` of a turn with the second one.
 * Times and usage are reported for both and not judged; `same` is about shape and outcome. A moved span counts as one removed and one added.
 */
import { Comparison } from "./diff/Comparison.js"
import { type Run, RunReader } from "./diff/RunReader.js"
import type { SpanChange, Total } from "./diff/spanChanges.js"
import type { TraceForest } from "./tree/TraceNode.js"
import { usageOutside } from "./usage/treeUsage.js"

export type { AttributeChange, Side, SpanChange, Total } from "./diff/spanChanges.js"

/** The differences between two runs. */
export interface TraceDiff {
  /** All spans of both, each before its children. */
  readonly changes: ReadonlyArray<SpanChange>
  /** The first run as a whole. */
  readonly a: Total
  /** The second run as a whole. */
  readonly b: Total
  /** Whether both have the same spans with the same outcomes. */
  readonly same: boolean
}

/** Compares two files, or two traces of one. */
export const compare = (a: TraceForest, b: TraceForest): TraceDiff => {
  const comparison = new Comparison(runOf(a), runOf(b))
  const changes = [...comparison.roots()].flat()
  return { changes, ...comparison.totals(), same: comparison.same }
}

/** A run as a whole. */
export const totalOf = (forest: TraceForest): Total => new RunReader(runOf(forest)).total()

const runOf = (forest: TraceForest): Run => ({
  size: forest.traces.length,
  at: (place) => [forest.traces[place]!],
  ...usageOutside(forest)
})
