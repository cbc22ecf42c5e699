/**
 * Builds trees of spans: each span below its parent, siblings in the order in which they started.
 *
 * The in-memory sink, trace files and the viewer all use `linkSpans`, so their trees agree. No span is lost: a span becomes a root if its parent is
 * missing or if it is its own ancestor. No recursion, because traces may be deeper than the call stack.
 */
import { nanosFromDate, sequenceFromDate } from "./instants.js"
import type { SpanRecord } from "./SpanRecord.js"

/** A span and the spans below it. */
export interface SpanNode {
  /** The span. */
  readonly span: SpanRecord
  /** The spans below it, in the order in which they started. */
  readonly children: ReadonlyArray<SpanNode>
}

interface MutableNode {
  readonly span: SpanRecord
  readonly children: Array<MutableNode>
}

/** Builds the trees of these spans, with roots in the order in which they started. A span whose parent is missing is a root. */
export const spanTree = (spans: Iterable<SpanRecord>): ReadonlyArray<SpanNode> => {
  const nodes = Array.from(spans, (span): MutableNode => ({ span, children: [] }))
  return linkSpans(nodes, ({ span }) => placeOf(span)).map(({ node }) => node)
}

const placeOf = ({ parentSpanId, spanId, startedAt, traceId }: SpanRecord): SpanPlace => ({
  id: `${traceId}/${spanId}`,
  parentId: parentSpanId === null ? null : `${traceId}/${parentSpanId}`,
  start: nanosFromDate(startedAt),
  sequence: sequenceFromDate(startedAt) ?? 0
})

/** Where a span belongs in its tree. */
export interface SpanPlace {
  /** Identifies the span among those being linked. If several have the same id, the first one is the parent. */
  readonly id: string
  /** The id of its parent, or `null` for a root. */
  readonly parentId: string | null
  /** Nanoseconds since the epoch. */
  readonly start: bigint
  /** Orders spans that started at the same time. */
  readonly sequence: number
}

/** A node without a parent. */
export interface RootNode<Node> {
  readonly node: Node
  /** `"root"`: it has no parent. `"orphan"`: its parent is missing. `"cycle"`: it is its own ancestor, and the cycle is cut at this node. */
  readonly reason: "root" | "orphan" | "cycle"
}

/** Adds each node to its parent's children and returns the roots, all in the order in which they started. */
export const linkSpans = <Node extends { readonly children: Array<Node> }>(
  nodes: Iterable<Node>,
  placeOf: (node: Node) => SpanPlace
): Array<RootNode<Node>> => {
  const all = Array.from(nodes, (node): Placed<Node> => ({ node, place: placeOf(node) }))
  const byId = new Map<string, Placed<Node>>()
  for (const each of all) {
    if (!byId.has(each.place.id)) {
      byId.set(each.place.id, each)
    }
  }
  const parentOf = ({ place }: Placed<Node>) => place.parentId === null ? undefined : byId.get(place.parentId)
  all.sort(byStart)
  const cut = new Set(cyclesOf(all, parentOf))
  const roots: Array<RootNode<Node>> = []
  for (const each of all) {
    const parent = parentOf(each)
    if (cut.has(each)) {
      roots.push({ node: each.node, reason: "cycle" })
    } else if (parent === undefined) {
      roots.push({ node: each.node, reason: each.place.parentId === null ? "root" : "orphan" })
    } else {
      parent.node.children.push(each.node)
    }
  }
  return roots
}

interface Placed<Node> {
  readonly node: Node
  readonly place: SpanPlace
}

const byStart = ({ place: a }: Placed<unknown>, { place: b }: Placed<unknown>): number =>
  a.start < b.start ? -1 : a.start > b.start ? 1 : a.sequence - b.sequence

/** One node of each cycle of parents: the first node that a walk from these nodes visits twice. */
export const cyclesOf = <Node>(nodes: Iterable<Node>, parentOf: (node: Node) => Node | undefined): Array<Node> => {
  const walks = new Map<Node, number>()
  const found: Array<Node> = []
  let walk = 0
  for (const start of nodes) {
    walk++
    let at: Node | undefined = start
    for (; at !== undefined && !walks.has(at); at = parentOf(at)) {
      walks.set(at, walk)
    }
    if (at !== undefined && walks.get(at) === walk) {
      found.push(at)
    }
  }
  return found
}
