/**
 * A sink that is told only of the spans of a filtered tree.
 */
import type { MetricData, SpanData } from "../../records/SpanData.js"
import { type Observer, originOf } from "../../telemetry/Observer.js"
import type { FilteredSpan } from "./FilteredSpan.js"
import type { FilteredTree } from "./FilteredTree.js"

/** The sink behind the filter. */
export const filteredObserver = (inner: Observer, tree: FilteredTree): Observer => ({
  ...inner,
  name: `filtered(${inner.name})`,
  origin: originOf(inner),
  onStart: (span) => {
    const opened = tree.open(span)
    if (opened.isKept) {
      inner.onStart?.(opened)
    }
  },
  onEnd: (data, open) => {
    const span = tree.open(open)
    if (span.isKept) {
      inner.onEnd?.(withParentOf(data, span), span)
    } else {
      inner.onLeftOut?.(data, span)
    }
  },
  ...(inner.onLeftOut && { onLeftOut: (data, open) => inner.onLeftOut!(data, tree.get(open) ?? open) }),
  ...(inner.onMetric && {
    onMetric: (metric, around) => {
      const span = tree.nearest(around)
      inner.onMetric!(span === undefined ? metric : takenIn(metric, span), span ?? around)
    }
  }),
  ...(inner.attach && { attach: (open) => inner.attach!(() => tree.keptOf(open)) })
})

const withParentOf = (data: SpanData, { parentSpanId }: FilteredSpan): SpanData =>
  data.parentSpanId === parentSpanId ? data : { ...data, parentSpanId }

/** The measurement, in the nearest span that the sink has. */
const takenIn = (metric: MetricData, span: FilteredSpan): MetricData => {
  const spanId = span.isKept ? span.spanId : span.parentSpanId ?? undefined
  return spanId === metric.spanId
    ? metric
    : { ...metric, traceId: spanId === undefined ? undefined : metric.traceId, spanId }
}
