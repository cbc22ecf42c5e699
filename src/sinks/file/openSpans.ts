/**
 * Tells of the spans that are open, each once, as `span_start` lines: after a crash the file shows what was going on.
 */
import { encodeSpanStart } from "../../records/wire/encode.js"
import type { OpenSpan, OpenSpans } from "../../telemetry/tracing/OpenSpan.js"

/** The open spans that this sink knows of, and those that it has told of. */
export class OpenSpanNotices {
  private readonly sources = new Set<OpenSpans>()
  private readonly told = new WeakSet<OpenSpan>()

  add(source: OpenSpans): void {
    this.sources.add(source)
  }

  delete(source: OpenSpans): void {
    this.sources.delete(source)
  }

  /** Offers a line for each open span that was not told of; stops where one is not taken. Gives how many were. */
  tell(take: (line: string) => boolean, sources: Iterable<OpenSpans> = this.sources): number {
    let count = 0
    for (const source of sources) {
      for (const span of source()) {
        if (this.told.has(span)) {
          continue
        }
        const line = lineOf(span)
        if (line !== undefined && !take(line)) {
          return count
        }
        this.told.add(span)
        count++
      }
    }
    return count
  }
}

// A span that cannot be put into words now is told of when it ends.
const lineOf = (span: OpenSpan): string | undefined => {
  try {
    return encodeSpanStart(span.snapshot())
  } catch {
    return undefined
  }
}
