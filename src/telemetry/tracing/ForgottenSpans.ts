/**
 * Counts the spans that a sink no longer keeps as open and that have not ended, because too many are open; see `Observer.onForgotten`.
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

  /** How many there are that were not reported yet, ≥ 0. */
  get count(): number {
    return this.unreported
  }

  /** They are reported now. */
  clear(): void {
    this.spans = new WeakSet()
    this.unreported = 0
  }
}
