/**
 * Compares two spans and all spans below them, matched by label, and by order among siblings with that label.
 */
import type { AttributeValue } from "../../records/attributes.js"
import type { Outcome } from "../../records/SpanRecord.js"
import type { AttributeKey } from "../../records/vocabulary.js"
import type { ScoreRow } from "../summary/ScoreTable.js"
import { label } from "../TraceTree.js"
import type { TraceNode } from "../tree/TraceNode.js"
import type { Usage } from "../usage/treeUsage.js"

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

/** Usage and size of the spans of a trace. */
export interface Reading {
  /** Of a span and all below it. */
  readonly usage: (node: TraceNode) => Usage
  /** The number of spans, including all below it. */
  readonly spans: (node: TraceNode) => number
}

/** A root, in its trace. */
export interface Root {
  readonly node: TraceNode
  readonly reading: Reading
}

interface Pair {
  readonly path: ReadonlyArray<string>
  readonly a: TraceNode | undefined
  readonly b: TraceNode | undefined
}

/** The roots of this name and all spans below them, each before its children. */
export const changesOf = (name: string, a: Root | undefined, b: Root | undefined): ReadonlyArray<SpanChange> => {
  const changes: Array<SpanChange> = []
  const stack: Array<Pair> = [{ path: [name], a: a?.node, b: b?.node }]
  for (let pair = stack.pop(); pair !== undefined; pair = stack.pop()) {
    changes.push(changeOf(pair, a?.reading, b?.reading))
    for (const below of [...pairs(pair.path, pair.a?.children ?? [], pair.b?.children ?? [])].reverse()) {
      stack.push(below)
    }
  }
  return changes
}

/** The name of a span among its siblings, as the `count`th with that label, from 1. */
export const nameOf = (text: string, count: number): string => count === 1 ? text : `${text} [${count}]`

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
    out.set(nameOf(name, count), node)
  }
  return out
}

const changeOf = ({ a, b, path }: Pair, left?: Reading, right?: Reading): SpanChange => {
  const sides = { a: sideOf(a, left), b: sideOf(b, right) }
  if (a === undefined || b === undefined) {
    return { kind: a === undefined ? "added" : "removed", path, ...sides, attributes: [] }
  }
  const attributes = attributeChanges(a, b)
  return { kind: a.outcome === b.outcome && attributes.length === 0 ? "same" : "changed", path, ...sides, attributes }
}

const sideOf = (node: TraceNode | undefined, reading: Reading | undefined): Side | undefined =>
  node === undefined || reading === undefined
    ? undefined
    : { durationMs: node.durationMs, outcome: node.outcome, usage: reading.usage(node), spans: reading.spans(node) }

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
