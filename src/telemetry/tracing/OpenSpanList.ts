/**
 * The spans of one recorder that are open, oldest first; the oldest is taken off where there are too many.
 */
import type { LoomSpan } from "./LoomSpan.js"

/** A list through the spans themselves, so that adding and removing allocate nothing. */
export class OpenSpanList {
  first: LoomSpan | undefined = undefined
  last: LoomSpan | undefined = undefined
  private size = 0

  constructor(
    /** How many are kept, ≥ 0. */
    readonly capacity: number
  ) {}

  /** Adds a span; gives the oldest, which is no longer kept, where that is one too many. */
  add(span: LoomSpan): LoomSpan | undefined {
    span.previous = this.last
    if (this.last === undefined) {
      this.first = span
    } else {
      this.last.next = span
    }
    this.last = span
    if (++this.size <= this.capacity) {
      return undefined
    }
    const oldest = this.first!
    this.remove(oldest)
    return oldest
  }

  /** The span with these ids; looks at the newest first. */
  find(traceId: string, spanId: string | null): LoomSpan | undefined {
    let found = spanId === null ? undefined : this.last
    while (found !== undefined && (found.spanId !== spanId || found.traceId !== traceId)) {
      found = found.previous
    }
    return found
  }

  /** Removes a span, if it is still kept. */
  remove(span: LoomSpan): void {
    const { next, previous } = span
    if (previous === undefined && this.first !== span) {
      return
    }
    this.size--
    if (previous === undefined) {
      this.first = next
    } else {
      previous.next = next
    }
    if (next === undefined) {
      this.last = previous
    } else {
      next.previous = previous
    }
    span.previous = undefined
    span.next = undefined
  }
}
