/**
 * Builds trees from records: a trace's roots first, children in the order in which they started, measurements with their span.
 *
 * No span is left out: orphans, open spans, duplicates and spans that are their own ancestors are kept and marked. An orphan need not be an error: its
 * parent may be in another service's file. All records are held in memory; for larger files use `TraceSummary`.
 */
import { type AttributeKey, type KeyOf, roleOf, type SpanRole } from "../records/vocabulary.js"
import type { DecodedLine } from "../records/wire/decode.js"
import type { TraceEntry } from "./TraceEntry.js"
import { TraceBuilder } from "./tree/TraceBuilder.js"
import type { TraceForest, TraceNode } from "./tree/TraceNode.js"

export { fromSpans, type OtherRecords } from "./tree/fromSpans.js"
export { hasFailed, type Trace, type TraceForest, type TraceNode } from "./tree/TraceNode.js"

/** Collects records one by one. */
export interface TreeBuilder {
  /** Adds the next record or bad line. */
  readonly add: (entry: TraceEntry | DecodedLine) => void
  /** The trees of all records so far. Can be called repeatedly; each call costs time proportional to the number of records. */
  readonly forest: () => TraceForest
}

/** An empty builder. */
export const builder = (): TreeBuilder => {
  const building = new TraceBuilder()
  return { add: (entry) => building.add(entry), forest: () => building.forest() }
}

/** The trees of these entries. */
export const fromEntries = (entries: Iterable<TraceEntry | DecodedLine>): TraceForest => {
  const { add, forest } = builder()
  for (const entry of entries) {
    add(entry)
  }
  return forest()
}

/** A node during a walk. */
export interface Visit {
  /** The node. */
  readonly node: TraceNode
  /** 0 for a root. */
  readonly depth: number
  /** Its parent; `undefined` for a root. */
  readonly parent: TraceNode | undefined
}

/** All nodes, each before its children. Trees may be deeper than the call stack. */
export function* nodes(roots: Iterable<TraceNode>): Generator<Visit, void, void> {
  const stack: Array<Visit> = [...roots].reverse().map((node) => ({ node, depth: 0, parent: undefined }))
  for (let visit = stack.pop(); visit !== undefined; visit = stack.pop()) {
    yield visit
    const { children } = visit.node
    for (let index = children.length - 1; index >= 0; index--) {
      stack.push({ node: children[index]!, depth: visit.depth + 1, parent: visit.node })
    }
  }
}

/** The attributes that distinguish spans of a role. */
const distinguishing: { readonly [Role in SpanRole]: ReadonlyArray<KeyOf<Role>> } = {
  run: ["agent"],
  turn: [],
  model: ["model"],
  tool: ["tool", "worker"],
  workflow: ["workflow"],
  step: ["node"]
}

/** A short label: `loom.tool add`, `loom.run researcher`, or just the name. Untrusted text: escape it. */
export const label = ({ attributes, name }: Pick<TraceNode, "name" | "attributes">): string => {
  const role = roleOf(name)
  const keys: ReadonlyArray<AttributeKey> = role === undefined ? [] : distinguishing[role]
  return [name, ...keys.map((key) => attributes[key]).filter((value) => typeof value === "string")].join(" ")
}
