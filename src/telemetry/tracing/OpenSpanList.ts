/**
 * The open spans of one recorder, oldest first; if there are too many, the oldest is removed.
 */
import type { LoomSpan } from "./LoomSpan.js"

/** A list linked through the spans themselves, so that adding and removing allocate nothing. */
export class OpenSpanList {
  first: LoomSpan | undefined = undefined
  last: LoomSpan | undefined = undefined
  private size = 0

  constructor(
    /** Maximum number of spans, ≥ 0. */
    readonly capacity: number
  ) {}

  /** Adds a span; if the list is full, removes the oldest and returns it. */
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

  /** The span with these ids; searches from the newest. */
  find(traceId: string, spanId: string | null): LoomSpan | undefined {
    let found = spanId === null ? undefined : this.last
    while (found !== undefined && (found.spanId !== spanId || found.traceId !== traceId)) {
      found = found.previous
    }
    return found
  }

  /** Removes a span, if it is still in the list. */
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
