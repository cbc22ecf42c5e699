/**
 * Passes on a fraction of the traces, chosen when they start.
 *
 * The decision depends on the trace id alone, so every process makes the same one. OpenTelemetry specification, "TraceState: Probability
 * Sampling" (v1.47.0, which `TraceIdRatioBased` follows since then): the last 56 bits of the trace id are the randomness (W3C Trace
 * Context Level 2), and a trace is kept if they are at least `(1 - ratio) * 2^56`. A trace kept at one ratio is kept at every higher one.
 */
import type { MetricData } from "../../records/SpanData.js"
import { type Observer, originOf } from "../../telemetry/Observer.js"
import type { OpenSpan, OpenSpans } from "../../telemetry/tracing/OpenSpan.js"
import type { SamplingCounter } from "./options.js"

/** Number of random hexadecimal digits at the end of the trace id. */
const digits = 14

/** Whether a trace is in this fraction (0 to 1) of all traces; `traceId` is 32 lower-case hexadecimal digits. */
export const traceIdRatio = (ratio: number): (traceId: string) => boolean => {
  const threshold = BigInt(Math.round((1 - ratio) * 2 ** (4 * digits))).toString(16).padStart(digits, "0")
  // With the same number of digits and the same case, strings compare like the numbers.
  return threshold.length > digits ? () => false : (traceId) => traceId.slice(-digits) >= threshold
}

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
  ...(inner.onForgotten && {
    onForgotten: (span) => {
      if (keeps(span.traceId)) {
        inner.onForgotten!(span)
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
  ...(inner.onScore && {
    onScore: (score, around) => {
      if (keeps(score.traceId)) {
        counter.kept++
        inner.onScore!(score, around)
      } else {
        counter.dropped++
      }
    }
  }),
  ...(inner.attach && { attach: (open) => inner.attach!(() => filterSpans(open, (span) => keeps(span.traceId))) })
})

/** The measurement without the ids of a trace that the sink does not receive. */
export const withoutSpan = (metric: MetricData): MetricData => ({ ...metric, traceId: undefined, spanId: undefined })

/** The open spans for which the condition holds. */
export function* filterSpans(open: OpenSpans, holds: (span: OpenSpan) => boolean): Iterable<OpenSpan> {
  for (const span of open()) {
    if (holds(span)) {
      yield span
    }
  }
}
