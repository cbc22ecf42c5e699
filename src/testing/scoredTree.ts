/**
 * Adds scores to the spans that they judge, so that the expectation of a span can include them.
 */
import type { ScoreRecord } from "../records/ScoreRecord.js"
import type { SpanNode } from "../records/spanTree.js"
import { rootsOf, visitsOf } from "./renderTree.js"
import type { ScoredSpan } from "./scoredSpan.js"

/**
 * Adds scores to the spans of trees, for `expectTree` and `mismatchOf`. The score of a whole trace is added to its first root. `expectTrace` does
 * this itself.
 *
 * @example
 * expectTree(scoredTree(yield* memory.tree, yield* memory.scores), { name: "answer", scores: ["correctness"] })
 */
export const scoredTree = (
  tree: SpanNode | ReadonlyArray<SpanNode>,
  scores: ReadonlyArray<ScoreRecord>
): ReadonlyArray<SpanNode> => {
  const roots = rootsOf(tree)
  return scores.length === 0 ? roots : copied(roots, byPlace(scores))
}

const placeOf = (traceId: string, spanId: string | null): string => `${traceId}/${spanId ?? ""}`

const byPlace = (scores: ReadonlyArray<ScoreRecord>): Map<string, Array<ScoreRecord>> => {
  const found = new Map<string, Array<ScoreRecord>>()
  for (const score of scores) {
    const place = placeOf(score.traceId, score.spanId)
    found.set(place, [...found.get(place) ?? [], score])
  }
  return found
}

// From the bottom up and without recursion: a tree may be deeper than the call stack.
const copied = (roots: ReadonlyArray<SpanNode>, scores: Map<string, Array<ScoreRecord>>): ReadonlyArray<SpanNode> => {
  const take = (place: string): ReadonlyArray<ScoreRecord> => {
    const taken = scores.get(place) ?? []
    scores.delete(place)
    return taken
  }
  const ofTraces = new Map(roots.map((root) => [root, take(placeOf(root.span.traceId, null))]))
  const copies = new Map<SpanNode, SpanNode>()
  for (const { node } of visitsOf(roots).toReversed()) {
    const { children, span } = node
    const own = [...ofTraces.get(node) ?? [], ...take(placeOf(span.traceId, span.spanId))]
    const scored: ScoredSpan = { ...span, scores: own }
    copies.set(node, { span: own.length === 0 ? span : scored, children: children.map((child) => copies.get(child)!) })
  }
  return roots.map((root) => copies.get(root)!)
}
