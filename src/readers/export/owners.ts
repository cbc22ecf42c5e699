/**
 * Spans of other libraries do not say whose session they are in; backends want it on every span. Spans wait here until their trace is there, so that
 * those above them can be asked; a bounded number of them.
 */
import { type Owner, ownerOf } from "../../dialects/projectSpan.js"
import type { SpanData } from "../../records/SpanData.js"

/** A span, and whom it belongs to. */
export interface OwnedSpan {
  readonly span: SpanData
  readonly owner: Owner
}

/** Spans that wait for their trace. */
export class WaitingSpans {
  private readonly traces = new Map<string, Array<SpanData>>()
  private waiting = 0

  /** `most` spans wait; then those of the oldest trace go as they are. */
  constructor(private readonly most: number) {}

  /** Takes a span; gives those that need not wait any more. */
  add(span: SpanData): ReadonlyArray<OwnedSpan> {
    const spans = this.traces.get(span.traceId) ?? []
    this.traces.set(span.traceId, spans)
    spans.push(span)
    this.waiting++
    const oldest = this.waiting > this.most ? this.traces.keys().next().value : undefined
    return span.parentSpanId === null ? this.release(span.traceId) : oldest === undefined ? [] : this.release(oldest)
  }

  /** Gives all. */
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

const nobody: Owner = { sessionId: undefined, userId: undefined }

/** Each span with its own owner, completed by the nearest above. */
const owned = (spans: ReadonlyArray<SpanData>): ReadonlyArray<OwnedSpan> => {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const owners = new Map<string, Owner>()
  const completed = (span: SpanData): Owner => {
    const way: Array<SpanData> = []
    const met = new Set<string>()
    let at: SpanData | undefined = span
    while (at !== undefined && !owners.has(at.spanId) && !met.has(at.spanId)) {
      way.push(at)
      met.add(at.spanId)
      at = at.parentSpanId === null ? undefined : byId.get(at.parentSpanId)
    }
    let owner = at === undefined ? nobody : owners.get(at.spanId) ?? nobody
    for (const each of way.reverse()) {
      owner = ownerOf(each, owner)
      owners.set(each.spanId, owner)
    }
    return owner
  }
  return spans.map((span) => ({ span, owner: completed(span) }))
}
