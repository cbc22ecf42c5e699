/**
 * What the console sink does with what it observes; one for each order of lines.
 */
import type { MetricData, SpanData } from "../../records/SpanData.js"
import type { OpenSpan } from "../../telemetry/tracing/OpenSpan.js"

/** Turns observations into lines. */
export interface Printer {
  readonly onStart: (span: OpenSpan) => void
  readonly onEnd: (span: SpanData) => void
  readonly onMetric: (metric: MetricData) => void
  /** Prints what is still held back; the layer closes. */
  readonly finish: () => void
}
