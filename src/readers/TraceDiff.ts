/**
 * Compares two runs: which spans are only in one of them, and what differs in those that are in both, as data.
 *
 * Spans are matched from the roots down, by label and by order among siblings with that label: the second `loom.tool add` of a turn with the second one.
 * Times and usage are reported for both and not judged; `same` is about shape and outcome. A moved span counts as one removed and one added.
 */
import type { AttributeValue } from "../records/attributes.js"
import type { Outcome } from "../records/SpanRecord.js"
import type { AttributeKey } from "../records/vocabulary.js"
import { type ScoreRow, ScoreTable } from "./summary/ScoreTable.js"
import { label, nodes } from "./TraceTree.js"
import type { TraceForest, TraceNode } from "./tree/TraceNode.js"
import { type Usage, usageOfForest } from "./usage/treeUsage.js"

/** A span on one side. */
export interface Side {
  /** Milliseconds; `undefined` while it is open. */
  readonly durationMs: number | undefined
  /** `undefined` while it is open. */
  readonly outcome: Outcome | undefined
  /** Including all spans below it. */
  readonly usage: Usage
  /** Number of spans, including all below it. */
  readonly spans: number
}

/** An attribute that differs. */
export interface AttributeChange {
  /** Its name. */
  readonly key: string
  /** The value in the first run, if any. */
  readonly a: AttributeValue | undefined
  /** The value in the second run, if any. */
  readonly b: AttributeValue | undefined
}

/** A span of one side or both. */
export interface SpanChange {
  /** `"changed"`: in both, with a different outcome or attributes. */
  readonly kind: "same" | "changed" | "added" | "removed"
  /** Its label and those of its ancestors, with `[2]` for the second of that name. Untrusted text: escape it. */
  readonly path: ReadonlyArray<string>
  /** The span of the first run; `undefined` if it was added. */
  readonly a: Side | undefined
  /** The span of the second run; `undefined` if it was removed. */
  readonly b: Side | undefined
  /** Changed attributes; ids, usage and durations are not compared. */
  readonly attributes: ReadonlyArray<AttributeChange>
}

/** One run as a whole. */
export interface Total {
  /** Number of traces. */
  readonly traces: number
  /** Number of spans, open ones included. */
  readonly spans: number
  /** Total of all roots, in milliseconds. */
  readonly durationMs: number
  /** Total of all traces. */
  readonly usage: Usage
  /** The scores by name, sorted by name. */
  readonly scores: ReadonlyArray<ScoreRow>
}

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

interface Reading {
  readonly usage: (node: TraceNode) => Usage
  readonly spans: ReadonlyMap<TraceNode, number>
  readonly total: Total
}

interface Pair {
  readonly path: ReadonlyArray<string>
  readonly a: TraceNode | undefined
  readonly b: TraceNode | undefined
}

/** Compares two files, or two traces of one. */
export const compare = (a: TraceForest, b: TraceForest): TraceDiff => {
  const [left, right] = [readingOf(a), readingOf(b)]
  const changes: Array<SpanChange> = []
  const stack = [...pairs([], rootsOf(a), rootsOf(b))].reverse()
  for (let pair = stack.pop(); pair !== undefined; pair = stack.pop()) {
    changes.push(changeOf(pair, left, right))
    for (const below of [...pairs(pair.path, pair.a?.children ?? [], pair.b?.children ?? [])].reverse()) {
      stack.push(below)
    }
  }
  const same = changes.every(({ a, b }) => a !== undefined && b !== undefined && a.outcome === b.outcome)
  return { changes, a: left.total, b: right.total, same }
}

const rootsOf = (forest: TraceForest): ReadonlyArray<TraceNode> => forest.traces.flatMap((trace) => trace.roots)

/** A run as a whole. */
export const totalOf = (forest: TraceForest): Total => readingOf(forest).total

const readingOf = (forest: TraceForest): Reading => {
  const usage = usageOfForest(forest)
  const roots = rootsOf(forest)
  const spans = sizes(roots)
  return {
    usage: usage.below,
    spans,
    total: {
      traces: forest.traces.length,
      spans: forest.traces.reduce((sum, trace) => sum + trace.spans, 0),
      durationMs: roots.reduce((sum, root) => sum + (root.durationMs ?? 0), 0),
      usage: usage.total,
      scores: scoresOf(forest)
    }
  }
}

const scoresOf = (forest: TraceForest): ReadonlyArray<ScoreRow> => {
  const table = new ScoreTable(Infinity)
  for (const { roots, scores } of forest.traces) {
    scores.forEach((score) => table.add(score))
    for (const { node } of nodes(roots)) {
      node.scores.forEach((score) => table.add(score))
    }
  }
  return table.finished().toSorted((a, b) => a.name < b.name ? -1 : 1)
}

const sizes = (roots: ReadonlyArray<TraceNode>): ReadonlyMap<TraceNode, number> => {
  const out = new Map<TraceNode, number>()
  for (const { node } of [...nodes(roots)].reverse()) {
    out.set(node, node.children.reduce((sum, child) => sum + out.get(child)!, 1))
  }
  return out
}

/** Spans matched by label and order; those only in the second run come last. */
const pairs = function*(
  above: ReadonlyArray<string>,
  a: ReadonlyArray<TraceNode>,
  b: ReadonlyArray<TraceNode>
): Iterable<Pair> {
  const others = named(b)
  for (const [name, node] of named(a)) {
    yield { path: [...above, name], a: node, b: others.get(name) }
    others.delete(name)
  }
  for (const [name, node] of others) {
    yield { path: [...above, name], a: undefined, b: node }
  }
}

const named = (siblings: ReadonlyArray<TraceNode>): Map<string, TraceNode> => {
  const seen = new Map<string, number>()
  const out = new Map<string, TraceNode>()
  for (const node of siblings) {
    const name = label(node)
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    out.set(count === 1 ? name : `${name} [${count}]`, node)
  }
  return out
}

const changeOf = ({ a, b, path }: Pair, left: Reading, right: Reading): SpanChange => {
  const sides = { a: sideOf(a, left), b: sideOf(b, right) }
  if (a === undefined || b === undefined) {
    return { kind: a === undefined ? "added" : "removed", path, ...sides, attributes: [] }
  }
  const attributes = attributeChanges(a, b)
  return { kind: a.outcome === b.outcome && attributes.length === 0 ? "same" : "changed", path, ...sides, attributes }
}

const sideOf = (node: TraceNode | undefined, { spans, usage }: Reading): Side | undefined =>
  node === undefined
    ? undefined
    : { durationMs: node.durationMs, outcome: node.outcome, usage: usage(node), spans: spans.get(node) ?? 1 }

/** Different in every run, or compared as usage and time. */
const runSpecific: ReadonlySet<string> = new Set<AttributeKey>([
  "session_id",
  "run_id",
  "call_id",
  "sent_call_id",
  "arguments_digest",
  "tokens_in",
  "tokens_out",
  "cached_tokens_in",
  "cache_creation_tokens_in",
  "cache_creation_1h_tokens_in",
  "reasoning_tokens_out",
  "usage_estimated_tokens",
  "cost_usd",
  "duration_ms",
  "ttft_ms",
  "tape"
])

const attributeChanges = (a: TraceNode, b: TraceNode): ReadonlyArray<AttributeChange> =>
  [...new Set([...Object.keys(a.attributes), ...Object.keys(b.attributes)])]
    .filter((key) => !runSpecific.has(key))
    .map((key) => ({ key, a: ownOf(a, key), b: ownOf(b, key) }))
    .filter((change) => JSON.stringify(change.a) !== JSON.stringify(change.b))

const ownOf = ({ attributes }: TraceNode, key: string): AttributeValue | undefined =>
  Object.hasOwn(attributes, key) ? attributes[key] : undefined
