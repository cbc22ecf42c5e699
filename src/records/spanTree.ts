/**
 * Spans as the tree that they were: roots first, children in the order in which they opened.
 */
import { nanosFromDate, sequenceFromDate } from "./instants.js"
import type { SpanRecord } from "./SpanRecord.js"

/** A span and what ran inside it. */
export interface SpanNode {
  /** The span. */
  readonly span: SpanRecord
  /** What ran inside it, in the order in which they opened. */
  readonly children: ReadonlyArray<SpanNode>
}

interface MutableNode {
  readonly span: SpanRecord
  readonly children: Array<MutableNode>
}

/**
 * The forest of these spans. A span whose parent is not among them is a root: nothing is left out.
 */
export const spanTree = (spans: Iterable<SpanRecord>): ReadonlyArray<SpanNode> => {
  const nodes = new Map<string, MutableNode>()
  for (const span of spans) {
    nodes.set(`${span.traceId}/${span.spanId}`, { span, children: [] })
  }
  const roots: Array<MutableNode> = []
  for (const node of [...nodes.values()].sort(byOpening)) {
    const parent = node.span.parentSpanId === null
      ? undefined
      : nodes.get(`${node.span.traceId}/${node.span.parentSpanId}`)
    const siblings = parent === undefined || parent === node ? roots : parent.children
    siblings.push(node)
  }
  return roots
}

const byOpening = ({ span: a }: MutableNode, { span: b }: MutableNode): number =>
  compare(nanosFromDate(a.startedAt), nanosFromDate(b.startedAt)) ||
  compare(sequenceFromDate(a.startedAt) ?? 0, sequenceFromDate(b.startedAt) ?? 0)

const compare = (a: bigint | number, b: bigint | number): number => a < b ? -1 : a > b ? 1 : 0
