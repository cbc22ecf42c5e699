/**
 * A sink that is told only of some traces, chosen when they begin.
 */
import type { MetricData } from "../../records/SpanData.js"
import { type Observer, originOf } from "../../telemetry/Observer.js"
import type { OpenSpan, OpenSpans } from "../../telemetry/tracing/OpenSpan.js"
import type { SamplingCounter } from "./stats.js"

/** The sink behind the sampler. */
export const headObserver = (
  inner: Observer,
  keeps: (traceId: string) => boolean,
  counter: SamplingCounter
): Observer => ({
  ...inner,
  name: `sampled(${inner.name})`,
  origin: originOf(inner),
  ...(inner.onStart && {
    onStart: (span) => {
      if (keeps(span.traceId)) {
        inner.onStart!(span)
      }
    }
  }),
  onEnd: (data, open) => {
    if (keeps(data.traceId)) {
      counter.kept++
      inner.onEnd?.(data, open)
    } else {
      counter.dropped++
      inner.onLeftOut?.(data, open)
    }
  },
  ...(inner.onMetric && {
    onMetric: (metric, around) =>
      inner.onMetric!(metric.traceId === undefined || keeps(metric.traceId) ? metric : withoutSpan(metric), around)
  }),
  ...(inner.attach && { attach: (open) => inner.attach!(() => only(open, (span) => keeps(span.traceId))) })
})

/** The measurement of a trace that is not there. */
export const withoutSpan = (metric: MetricData): MetricData => ({ ...metric, traceId: undefined, spanId: undefined })

/** Those of the open spans for which it holds. */
export function* only(open: OpenSpans, holds: (span: OpenSpan) => boolean): Iterable<OpenSpan> {
  for (const span of open()) {
    if (holds(span)) {
      yield span
    }
  }
}
