/**
 * A sink that keeps everything it receives.
 */
import { type MetricRecord, type SpanRecord, type SpanStart, Telemetry } from "loom-telemetry"

/** Creates such a sink. */
export const keeping = () => {
  const starts: Array<SpanStart> = []
  const spans: Array<SpanRecord> = []
  const metrics: Array<MetricRecord> = []
  const layer = Telemetry.layerSink({
    name: "keeping",
    onSpanStart: (span) => starts.push(span),
    onSpanEnd: (span) => spans.push(span),
    onMetric: (metric) => metrics.push(metric)
  })
  return { starts, spans, metrics, layer }
}
