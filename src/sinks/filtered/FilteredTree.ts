/**
 * The tree that is left when spans are taken out of it: what was below one of them hangs below its nearest ancestor that is kept.
 *
 * One tree serves all sinks of a layer, so that the predicate is asked once a span. It holds on to nothing: a span's place is forgotten
 * with the span, and not before, because children may begin after their parent ended.
 */
import type { OpenSpan, OpenSpans } from "../../telemetry/tracing/OpenSpan.js"
import { FilteredSpan, type Place } from "./FilteredSpan.js"

/** Spans of a tree, each kept or left out. */
export class FilteredTree {
  private readonly spans = new WeakMap<OpenSpan, FilteredSpan>()

  constructor(private readonly keeps: (span: OpenSpan) => boolean) {}

  /** A span that opens: it is decided on the first time that this is asked. */
  open(span: OpenSpan): FilteredSpan {
    const known = this.spans.get(span)
    if (known !== undefined) {
      return known
    }
    const decided = new FilteredSpan(span, this.placeOf(span), this.keeps(span))
    this.spans.set(span, decided)
    return decided
  }

  /** A span that was opened before. */
  get(span: OpenSpan): FilteredSpan | undefined {
    return this.spans.get(span)
  }

  /** The span, or its nearest ancestor, that is in the tree at all. */
  nearest(span: OpenSpan | undefined): FilteredSpan | undefined {
    for (let current = span; current !== undefined; current = current.above) {
      const known = this.spans.get(current)
      if (known !== undefined) {
        return known
      }
    }
    return undefined
  }

  /** Those of the open spans that are kept. */
  *keptOf(open: OpenSpans): Iterable<OpenSpan> {
    for (const span of open()) {
      const known = this.spans.get(span)
      if (known?.isKept === true) {
        yield known
      }
    }
  }

  // A parent that is not in the tree (of another process, of an outer telemetry) is not ours to take out.
  private placeOf(span: OpenSpan): Place {
    return (span.above && this.spans.get(span.above)?.below) ?? span
  }
}
