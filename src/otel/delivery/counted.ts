/**
 * The SDK's parts with somebody counting: a gate before the batches, and exporters whose answers are kept.
 *
 * The SDK's batch processor drops what does not fit without a word, does not wait for the batch that is under way when it is flushed, and holds the
 * process by a timer until every export has answered. So the gate lets in only what there is room for, a flush waits for all that was begun, and
 * what is given up is answered here.
 */
import type * as OtelApi from "@opentelemetry/api"
import { type ExportResult, ExportResultCode } from "@opentelemetry/core"
import type { PushMetricExporter, ResourceMetrics } from "@opentelemetry/sdk-metrics"
import type { ReadableSpan, Span, SpanExporter, SpanProcessor } from "@opentelemetry/sdk-trace-base"
import { defaultLimits } from "../../records/attributes.js"
import { catchRejection } from "../../records/promises.js"
import { describe } from "../../telemetry/tracing/outcome.js"
import type { OtlpResult } from "./otlpExporter.js"
import type { ExportCounter } from "./stats.js"

type Done = (result: ExportResult) => void

const failure = (error: unknown): ExportResult => ({
  code: ExportResultCode.FAILED,
  error: error instanceof Error ? error : new Error(describe(error, defaultLimits))
})

/** Exports that have not answered yet. */
export class Pending {
  private readonly open = new Set<{ readonly giveUp: () => void; readonly settled: Promise<void> }>()
  private isClosed = false

  /** Runs an export whose answer counts once, a promise that is rejected for one; `onGivenUp` in its stead where it is given up. */
  track(run: (done: Done) => unknown, onAnswer: Done, onGivenUp: () => void): void {
    let resolve = () => {}
    const settled = new Promise<void>((settle) => resolve = settle)
    const settle = (then: () => void) => {
      if (this.open.delete(entry)) {
        resolve()
        then()
      }
    }
    const entry = { settled, giveUp: () => settle(onGivenUp) }
    this.open.add(entry)
    if (this.isClosed) {
      return entry.giveUp()
    }
    const failed = (error: unknown) => settle(() => onAnswer(failure(error)))
    try {
      catchRejection(run((result) => settle(() => onAnswer(result))), failed)
    } catch (error) {
      failed(error)
    }
  }

  async settled(): Promise<void> {
    await Promise.all([...this.open].map((entry) => entry.settled))
  }

  /** Waits for nothing any more, nor for what comes after. */
  giveUp(): void {
    this.isClosed = true
    for (const entry of [...this.open]) {
      entry.giveUp()
    }
  }
}

/** The answer as the SDK may have it: it logs errors itself where somebody listens to its diagnostics. */
const loggable = (result: OtlpResult, counter: ExportCounter): ExportResult =>
  result.error === undefined ? result : { ...result, error: new Error(counter.shown(result.error)) }

const givenUp = failure("given up when the sink closed")

/** What kept an export from arriving until it was given up, where that is known. */
const troubleOf = (exporter: object): string | undefined =>
  "trouble" in exporter && typeof exporter.trouble === "string" ? exporter.trouble : undefined

/** An exporter of spans whose answers are counted. */
export const countedExporter = (exporter: SpanExporter, counter: ExportCounter, pending: Pending): SpanExporter => ({
  export: (spans, done) =>
    pending.track(
      (answer) => exporter.export(spans, answer),
      (result) => {
        countSpans(spans.length, result, counter)
        done(loggable(result, counter))
      },
      // They stay queued until the counter is closed, which counts them as lost by the shutdown.
      () => {
        counter.givenUp(troubleOf(exporter))
        done(givenUp)
      }
    ),
  shutdown: () => exporter.shutdown(),
  forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve()
})

const countSpans = (count: number, result: OtlpResult, counter: ExportCounter): void => {
  if (result.code !== ExportResultCode.SUCCESS) {
    return counter.spansFailed(count, result.error)
  }
  const refused = Math.min(count, result.refused?.count ?? 0)
  counter.wrote(count - refused)
  if (refused > 0) {
    counter.spansFailed(refused, `the receiver refused ${refused} of ${count} spans: ${result.refused?.reason}`)
  }
}

/** An exporter of metrics whose failures are counted. */
export const countedMetricExporter = (
  exporter: PushMetricExporter,
  counter: ExportCounter,
  pending: Pending
): PushMetricExporter => ({
  export: (metrics: ResourceMetrics, done: Done) =>
    pending.track(
      (answer) => exporter.export(metrics, answer),
      (result: OtlpResult) => {
        if (result.code !== ExportResultCode.SUCCESS) {
          counter.metricsFailed(result.error)
        } else if (result.refused !== undefined && result.refused.count > 0) {
          counter.metricsFailed(`the receiver refused ${result.refused.count} data points: ${result.refused.reason}`)
        }
        done(loggable(result, counter))
      },
      () => {
        counter.metricsFailed(troubleOf(exporter) ?? givenUp.error)
        done(givenUp)
      }
    ),
  forceFlush: () => exporter.forceFlush(),
  shutdown: () => exporter.shutdown(),
  ...(exporter.selectAggregation && { selectAggregation: (type) => exporter.selectAggregation!(type) }),
  ...(exporter.selectAggregationTemporality &&
    { selectAggregationTemporality: (type) => exporter.selectAggregationTemporality!(type) })
})

/** A processor that lets in what fits. */
export class GatedProcessor implements SpanProcessor {
  private isClosed = false

  constructor(
    private readonly inner: SpanProcessor,
    private readonly counter: ExportCounter,
    private readonly pending: Pending,
    private readonly capacity: number
  ) {}

  onStart(span: Span, context: OtelApi.Context): void {
    this.inner.onStart(span, context)
  }

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & 1) === 0) {
      return
    }
    this.counter.accept()
    if (this.isClosed) {
      this.counter.drop("after_close", 1)
    } else if (this.counter.queued > this.capacity) {
      this.counter.drop("queue_full", 1)
    } else {
      this.inner.onEnd(span)
    }
  }

  /** Failures are counted and said where exporters answer; here they would be said a second time. */
  async forceFlush(): Promise<void> {
    await Promise.allSettled([this.inner.forceFlush()])
    await this.pending.settled()
  }

  async shutdown(): Promise<void> {
    this.isClosed = true
    await Promise.allSettled([this.inner.shutdown()])
    await this.pending.settled()
  }
}
