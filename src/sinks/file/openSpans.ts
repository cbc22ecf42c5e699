/**
 * Writes one `span_start` line for each open span, so that after a crash the file shows what was running. Open spans beyond the limit are only
 * counted, in one `dropped` line.
 */
import { encodeDropped } from "../../records/wire/dropped.js"
import { encodeSpanStart } from "../../records/wire/span.js"
import { ForgottenSpans } from "../../telemetry/tracing/ForgottenSpans.js"
import type { OpenSpan, OpenSpans } from "../../telemetry/tracing/OpenSpan.js"

/** The open spans of a sink, and those that already have a line. */
export class OpenSpanNotices {
  /** The open spans beyond the limit, which get no line. */
  readonly forgotten = new ForgottenSpans()
  private readonly sources = new Set<OpenSpans>()
  private readonly noted = new WeakSet<OpenSpan>()

  add(source: OpenSpans): void {
    this.sources.add(source)
  }

  delete(source: OpenSpans): void {
    this.sources.delete(source)
  }

  /** Offers a line for each open span that has none, and one for the forgotten ones, until a line is rejected. Returns the number of lines. */
  offerLines(take: (line: string) => boolean, at: Date, sources: Iterable<OpenSpans> = this.sources): number {
    let count = 0
    for (const source of sources) {
      for (const span of source()) {
        if (this.noted.has(span)) {
          continue
        }
        const line = lineOf(span)
        if (line !== undefined && !take(line)) {
          return count
        }
        this.noted.add(span)
        count++
      }
    }
    return count + this.offerForgotten(take, at)
  }

  private offerForgotten(take: (line: string) => boolean, at: Date): number {
    const { count } = this.forgotten
    if (count === 0 || !take(encodeDropped({ count, reason: "open_spans", at }))) {
      return 0
    }
    this.forgotten.clear()
    return 1
  }
}

// A span that cannot be encoded now is recorded when it ends.
const lineOf = (span: OpenSpan): string | undefined => {
  try {
    return encodeSpanStart(span.snapshot())
  } catch {
    return undefined
  }
}
