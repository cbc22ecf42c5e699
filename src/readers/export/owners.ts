/**
 * Finds the session and user of every span. Spans of other libraries do not carry them, but backends want them on each one, so spans wait here until their
 * trace is complete and then inherit from their ancestors. The number of waiting spans is bounded.
 */
import { type Owner, ownerOf } from "../../dialects/projectSpan.js"
import type { SpanData } from "../../records/SpanData.js"
import { linkSpans } from "../../records/spanTree.js"

/** A span with its session and user. */
export interface OwnedSpan {
  readonly span: SpanData
  readonly owner: Owner
}

/** Spans waiting for the rest of their trace. */
export class WaitingSpans {
  private readonly traces = new Map<string, Array<SpanData>>()
  private waiting = 0

  /** Above `maxWaiting` spans, the oldest trace is released as it is. */
  constructor(private readonly maxWaiting: number) {}

  /** Adds a span and returns those that no longer have to wait. */
  add(span: SpanData): ReadonlyArray<OwnedSpan> {
    const spans = this.traces.get(span.traceId) ?? []
    this.traces.set(span.traceId, spans)
    spans.push(span)
    this.waiting++
    const oldest = this.waiting > this.maxWaiting ? this.traces.keys().next().value : undefined
    return span.parentSpanId === null ? this.release(span.traceId) : oldest === undefined ? [] : this.release(oldest)
  }

  /** Releases all. */
  end(): ReadonlyArray<OwnedSpan> {
    return [...this.traces.keys()].flatMap((traceId) => this.release(traceId))
  }

  private release(traceId: string): ReadonlyArray<OwnedSpan> {
    const spans = this.traces.get(traceId) ?? []
    this.traces.delete(traceId)
    this.waiting -= spans.length
    return owned(spans)
  }
}

interface OwnedNode extends OwnedSpan {
  owner: Owner
  readonly children: Array<OwnedNode>
}

const noOwner: Owner = { sessionId: undefined, userId: undefined }

/** Each span with its own owner, completed by its ancestors. */
const owned = (spans: ReadonlyArray<SpanData>): ReadonlyArray<OwnedSpan> => {
  const nodes = spans.map((span): OwnedNode => ({ span, owner: ownerOf(span, noOwner), children: [] }))
  const stack = linkSpans(nodes, ({ span: { parentSpanId, sequence, spanId, start } }) => ({
    id: spanId,
    parentId: parentSpanId,
    start,
    sequence
  })).map(({ node }) => node)
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    for (const child of node.children) {
      child.owner = ownerOf(child.span, node.owner)
      stack.push(child)
    }
  }
  return nodes
}
