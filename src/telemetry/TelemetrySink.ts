/**
 * The interface of custom sinks: any object with one or more of these hooks.
 *
 * Hooks are synchronous and receive finished, immutable records. Put work that is slow or can fail into `sinkFromEffect`, which has
 * a bounded queue and a worker. The trap: a hook that blocks also blocks the agent.
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { MetricRecord } from "../records/MetricRecord.js"
import { scoreRecord } from "../records/ScoreData.js"
import type { ScoreRecord } from "../records/ScoreRecord.js"
import { metricRecord, spanRecord, spanStart } from "../records/SpanData.js"
import type { SpanRecord, SpanStart } from "../records/SpanRecord.js"
import { type HookResult, unawaited } from "./lifecycle/unawaited.js"
import type { Observer } from "./Observer.js"

/** A destination for spans, metrics and scores. */
export interface TelemetrySink {
  /** Used in warnings about this sink. */
  readonly name: string
  /** A span opened. Attributes set later are not included. */
  readonly onSpanStart?: (span: SpanStart) => HookResult
  /** A span ended. */
  readonly onSpanEnd?: (span: SpanRecord) => HookResult
  /** A measurement was taken. */
  readonly onMetric?: (metric: MetricRecord) => HookResult
  /** A span or a trace was scored. */
  readonly onScore?: (score: ScoreRecord) => HookResult
  /** Completes when everything received so far is written. Run by `Telemetry.flush` and when the layer closes, for at most 3 seconds. */
  readonly flush?: Effect.Effect<void>
  /** How long the release may take after the flush, unless `layerSinkScoped` sets a `closeTimeout`. Default 3 seconds. */
  readonly closeTimeout?: Duration.DurationInput
}

/** How to handle exceptions thrown by a sink's hooks. */
export interface SinkErrorOptions {
  /**
   * `"raise"` (default): after every sink has recorded, the exception becomes a defect if the body succeeded; if the body failed or was
   * interrupted, its cause stays unchanged and the exception is logged. `"report"`: the exception is only logged, once per sink.
   */
  readonly onSinkError?: "raise" | "report"
}

/** Options of a sink that is acquired and released. An exception in its release is handled like one in a hook. */
export interface ScopedSinkOptions extends SinkErrorOptions {
  /**
   * How long the release may take before it is abandoned and a warning is logged. The flush before it has 3 seconds of its own. Default:
   * the sink's `closeTimeout`, otherwise 3 seconds.
   */
  readonly closeTimeout?: Duration.DurationInput
}

/** The sink as the core sees it. */
export const observerOf = (sink: TelemetrySink, options: SinkErrorOptions = {}): Observer => {
  const done = unawaited(sink.name)
  return {
    name: sink.name,
    onError: options.onSinkError ?? "raise",
    ...(sink.onSpanStart && { onStart: (span) => done(sink.onSpanStart!(spanStart(span.snapshot()))) }),
    ...(sink.onSpanEnd && { onEnd: (span) => done(sink.onSpanEnd!(spanRecord(span))) }),
    ...(sink.onMetric && { onMetric: (metric) => done(sink.onMetric!(metricRecord(metric))) }),
    ...(sink.onScore && { onScore: (score) => done(sink.onScore!(scoreRecord(score))) }),
    ...(sink.flush && { flush: sink.flush })
  }
}
