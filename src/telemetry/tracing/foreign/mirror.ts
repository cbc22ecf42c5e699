/**
 * Mirrors the spans of a factory with its own ids (OpenTelemetry) to the tracer below, if that tracer only watches, as Effect's DevTools do.
 *
 * A tracer only watches if it lets Effect's own tracer create its spans: they are exported nowhere, and get our ids. A tracer that creates spans
 * itself would export each one a second time under another id, so it receives none, which is logged once. Its first span shows which kind it is.
 */
import type * as Tracer from "effect/Tracer"
import type { Reporter } from "../../report.js"
import type { LoomSpan } from "../LoomSpan.js"
import { isNativeSpan } from "../parents.js"
import type { SpanOpening } from "../safe.js"
import type { SpanFactory } from "../SpanFactory.js"
import { patch } from "./decorate.js"

const tracerReplaced =
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

/** A factory whose spans are also mirrored to the tracer below. */
export const mirrored = (factory: SpanFactory, below: Tracer.Tracer, reporter: Reporter): SpanFactory => {
  let isWatching = true
  const show = (span: LoomSpan, opening: SpanOpening): void => {
    const seen = shownTo(below, span, opening)
    isWatching = isNativeSpan(seen)
    if (isWatching) {
      mirror(span, seen)
    } else {
      reporter.once("mirror", tracerReplaced)
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
