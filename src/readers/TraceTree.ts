/**
 * Records as the trees that they were: a trace's roots first, children in the order in which they began, measurements with their span.
 *
 * Nothing is left out: a span whose parent is not there is kept as a root and marked, so is one that has not ended, one that stands there twice and one
 * that is its own ancestor. All records are held; for files larger than memory there is `TraceSummary`. A parent that is not there need not be an
 * error: it may be in another service's file.
 */
import { type AttributeKey, type KeyOf, roleOf, type SpanRole } from "../records/vocabulary.js"
import type { DecodedLine } from "../records/wire/decode.js"
import type { TraceEntry } from "./TraceEntry.js"
import { TraceBuilder } from "./tree/TraceBuilder.js"
import type { TraceForest, TraceNode } from "./tree/TraceNode.js"

export { fromSpans, type OtherRecords } from "./tree/fromSpans.js"
export { hasFailed, type Trace, type TraceForest, type TraceNode } from "./tree/TraceNode.js"

/** Takes records one by one. */
export interface TreeBuilder {
  /** Takes the next record. Bad lines are kept as such. */
  readonly add: (entry: TraceEntry | DecodedLine) => void
  /** What was taken so far. Can be asked for again and again; costs as much as there are records. */
  readonly forest: () => TraceForest
}

/** A builder with nothing in it. */
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

/** A node where it is met. */
export interface Visit {
  /** The node. */
  readonly node: TraceNode
  /** 0 for a root. */
  readonly depth: number
  /** The node that it stands below; `undefined` for a root. */
  readonly parent: TraceNode | undefined
}

/** All nodes, each before what is below it. Trees may be deeper than the call stack. */
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

/** What tells spans of a role apart. */
const telling: { readonly [Role in SpanRole]: ReadonlyArray<KeyOf<Role>> } = {
  run: ["agent"],
  turn: [],
  model: ["model"],
  tool: ["tool", "worker"],
  workflow: ["workflow"],
  step: ["node"]
}

/** What a span is called among others: `loom.tool add`, `loom.run researcher`, else its name. May be anybody's text: escape it. */
export const label = ({ attributes, name }: Pick<TraceNode, "name" | "attributes">): string => {
  const role = roleOf(name)
  const keys: ReadonlyArray<AttributeKey> = role === undefined ? [] : telling[role]
  return [name, ...keys.map((key) => attributes[key]).filter((value) => typeof value === "string")].join(" ")
}
