/**
 * Counts spans that were removed from a sink's list of open spans because too many were open, and that have not ended; see `Observer.onForgotten`.
 */
import type { OpenSpan } from "./OpenSpan.js"

/** The forgotten spans of one sink. */
export class ForgottenSpans {
  private spans = new WeakSet<OpenSpan>()
  private unreported = 0

  add(span: OpenSpan): void {
    this.spans.add(span)
    this.unreported++
  }

  /** A span ended; it may have been forgotten. */
  end(span: OpenSpan): void {
    if (this.unreported > 0 && this.spans.delete(span)) {
      this.unreported--
    }
  }

  /** How many have not been reported yet, ≥ 0. */
  get count(): number {
    return this.unreported
  }

  /** Marks all of them as reported. */
  clear(): void {
    this.spans = new WeakSet()
    this.unreported = 0
  }
}
