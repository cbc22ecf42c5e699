/**
 * What people implement to send spans and metrics somewhere of their own: any object with one of these hooks.
 *
 * Hooks are synchronous and get finished, immutable records. Work that is slow or can fail belongs into `sinkFromEffect`, which puts
 * a bounded queue and a worker behind them. The trap: a hook that blocks, blocks the agent.
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { MetricRecord } from "../records/MetricRecord.js"
import { metricRecord, type SpanData, spanRecord, spanStart } from "../records/SpanData.js"
import type { SpanRecord, SpanStart } from "../records/SpanRecord.js"
import { type HookResult, unawaited } from "./lifecycle/unawaited.js"
import type { Observer } from "./Observer.js"

/** A destination for spans and metrics. */
export interface TelemetrySink {
  /** Named in reports about this sink. */
  readonly name: string
  /** A span opened. Attributes that are set later are not on it yet. */
  readonly onSpanStart?: (span: SpanStart) => HookResult
  /** A span ended. */
  readonly onSpanEnd?: (span: SpanRecord) => HookResult
  /** A measurement was taken. */
  readonly onMetric?: (metric: MetricRecord) => HookResult
  /** Completes when everything given so far is where it belongs. Run by `Telemetry.flush` and when the layer closes. */
  readonly flush?: Effect.Effect<void>
  /** How long its release may take after that, where `layerSinkScoped` is not told. Default 3 seconds. */
  readonly closeTimeout?: Duration.DurationInput
}

/** What happens with an exception that a sink's hook throws. */
export interface SinkErrorOptions {
  /**
   * `"raise"` (default): after every sink has recorded, the exception goes on as a defect where the body succeeded; where it failed
   * or was interrupted, its cause stays as it was and the exception is logged. `"report"`: it is logged, once a sink.
   */
  readonly onSinkError?: "raise" | "report"
}

/** What happens with a sink that is acquired and released. An exception of its release counts like one of a hook. */
export interface ScopedSinkOptions extends SinkErrorOptions {
  /**
   * How long the release may take before it is given up and logged, beside the 3 seconds for the flush before it. Default: what the sink
   * says, else 3 seconds.
   */
  readonly closeTimeout?: Duration.DurationInput
}

// One record for all custom sinks of a fan-out: they are told one after another of the same span.
let lastSpan: SpanData | undefined
let lastRecord: SpanRecord | undefined

const recordOf = (data: SpanData): SpanRecord => {
  if (lastSpan !== data || lastRecord === undefined) {
    lastSpan = data
    lastRecord = spanRecord(data)
  }
  return lastRecord
}

/** The sink as the core sees it. */
export const observerOf = (sink: TelemetrySink, options: SinkErrorOptions = {}): Observer => {
  const done = unawaited(sink.name)
  return {
    name: sink.name,
    onError: options.onSinkError ?? "raise",
    ...(sink.onSpanStart && { onStart: (span) => done(sink.onSpanStart!(spanStart(span.snapshot()))) }),
    ...(sink.onSpanEnd && { onEnd: (span) => done(sink.onSpanEnd!(recordOf(span))) }),
    ...(sink.onMetric && { onMetric: (metric) => done(sink.onMetric!(metricRecord(metric))) }),
    ...(sink.flush && { flush: sink.flush })
  }
}
