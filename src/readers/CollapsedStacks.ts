/**
 * Exports trees as collapsed stacks, the input of flame graphs: `a;b;c 123`, where the weight of a span excludes the spans below it.
 *
 * Weights are whole numbers: microseconds, tokens (in and out), or millionths of a US dollar. A span's time is what it spent while none of its children ran,
 * so parallel children are not subtracted twice. Measurements outside any span are listed as `(no span)`.
 */
import { Stacks, type Weight } from "./stacks.js"
import type { TraceForest } from "./tree/TraceNode.js"
import { usageOfForest } from "./usage/treeUsage.js"

export type { Weight } from "./stacks.js"

/** The lines without newlines, heaviest first. Stacks without weight are left out. */
export const lines = (forest: TraceForest, weight: Weight): ReadonlyArray<string> => {
  const usage = weight === "time" ? undefined : usageOfForest(forest)
  const stacks = new Stacks(weight)
  forest.traces.forEach((trace) => stacks.add(trace, usage))
  return stacks.lines(usage?.total)
}
