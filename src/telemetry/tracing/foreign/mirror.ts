/**
 * Shows the spans of a factory with ids of its own (OpenTelemetry) to the tracer below, if that one only watches, as Effect's DevTools do.
 *
 * A tracer watches if it lets Effect's own tracer make its spans: those go nowhere by themselves, and are given our ids. A tracer that makes spans itself
 * would export each a second time under another id, so it gets none, which is logged once. Its first span shows which of the two it is.
 */
import type * as Tracer from "effect/Tracer"
import type { Reporter } from "../../report.js"
import type { LoomSpan } from "../LoomSpan.js"
import { isNativeSpan } from "../parents.js"
import type { SpanOpening } from "../safe.js"
import type { SpanFactory } from "../SpanFactory.js"
import { patch } from "./decorate.js"

const takesItsPlace =
  "Another tracer was installed below the OpenTelemetry sink, which makes all spans itself: that tracer receives none. Use one of the two, or pass its " +
  "provider to OTelTelemetry.fromProviders"

const shownTo = (below: Tracer.Tracer, span: LoomSpan, { links }: SpanOpening): Tracer.Span =>
  below.span(span.name, span.parent, span.context, links, span.start, span.kind, { attributes: span.bag.told() })

const mirror = (span: LoomSpan, seen: Tracer.Span): void => {
  const { parent, sampled, spanId, traceId } = span
  Object.assign(seen, { parent, sampled, spanId, traceId })
  for (const [key, value] of Object.entries(span.bag.values)) {
    seen.attribute(key, value)
  }
  patch(span, span, seen)
}

/** A factory whose spans the tracer below sees too. */
export const mirrored = (factory: SpanFactory, below: Tracer.Tracer, reporter: Reporter): SpanFactory => {
  let isWatching = true
  const show = (span: LoomSpan, opening: SpanOpening): void => {
    const seen = shownTo(below, span, opening)
    isWatching = isNativeSpan(seen)
    if (isWatching) {
      mirror(span, seen)
    } else {
      reporter.once("mirror", takesItsPlace)
    }
  }
  return {
    ...factory,
    make: (owner, opening) => {
      const span = factory.make(owner, opening)
      if (isWatching) {
        try {
          show(span, opening)
        } catch {
          isWatching = false
        }
      }
      return span
    }
  }
}
