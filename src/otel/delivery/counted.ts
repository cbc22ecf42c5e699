/**
 * Counts what the SDK does with spans: a gate in front of the batches, and exporters whose results are counted.
 *
 * The SDK's batch processor drops spans silently when its queue is full, does not wait on flush for the batch that is being exported, and keeps the
 * process alive with a timer until every export has a result. So the gate admits only what fits, a flush waits for all exports, and abandoned exports
 * get their result here.
 */
import type * as OtelApi from "@opentelemetry/api"
import { type ExportResult, ExportResultCode } from "@opentelemetry/core"
import type { PushMetricExporter, ResourceMetrics } from "@opentelemetry/sdk-metrics"
import type { ReadableSpan, Span, SpanProcessor } from "@opentelemetry/sdk-trace-base"
import { defaultLimits } from "../../records/attributes.js"
import { catchRejection } from "../../records/promises.js"
import { describe } from "../../telemetry/tracing/outcome.js"
import type { OtlpResult } from "./otlpExporter.js"
import { countItems, type Keeper } from "./results.js"
import type { ExportCounter } from "./stats.js"

export type Done = (result: ExportResult) => void

const failure = (error: unknown): ExportResult => ({
  code: ExportResultCode.FAILED,
  error: error instanceof Error ? error : new Error(describe(error, defaultLimits))
})

/** Exports without a result yet. */
export class Pending {
  private readonly open = new Set<{ readonly giveUp: () => void; readonly settled: Promise<void> }>()
  private isClosed = false

  /** Runs an export and calls `onAnswer` once with its result, or `onGivenUp` if it is abandoned. A rejected promise counts as a failure. */
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

  /** Abandons all exports, and any that start later. */
  giveUp(): void {
    this.isClosed = true
    for (const entry of [...this.open]) {
      entry.giveUp()
    }
  }
}

/** What tracks spans or log records until they are delivered. */
export interface Watch<Item> {
  readonly counter: ExportCounter
  readonly pending: Pending
  /** Keeps items that cannot be delivered; without it, they are dropped. */
  readonly keeper: Keeper<Item> | undefined
}

/** The SDK's exporters of spans and of log records. */
export interface ItemExporter<Item> {
  /** Sends the items and calls `done` once. */
  export(items: Array<Item>, done: Done): void
  /** Called once, at the end. */
  shutdown(): Promise<void>
  /** Sends buffered items. */
  forceFlush?(): Promise<void>
}

/** The result with a redacted error: the SDK logs errors to its diagnostics. */
const loggable = (result: OtlpResult, counter: ExportCounter): ExportResult =>
  result.error === undefined ? result : { ...result, error: new Error(counter.shown(result.error)) }

const abandoned = failure("abandoned when the sink closed")

/** Why the last attempt of an export failed, if known. */
const troubleOf = (exporter: object): string | undefined =>
  "trouble" in exporter && typeof exporter.trouble === "string" ? exporter.trouble : undefined

export const countedExporter = <Item>(
  exporter: ItemExporter<Item>,
  { counter, keeper, pending }: Watch<Item>
): ItemExporter<Item> => ({
  export: (items, done) =>
    pending.track(
      (answer) => exporter.export(items, answer),
      (result) => {
        keeper?.settle(items)
        countItems(items, result, counter, keeper)
        done(loggable(result, counter))
      },
      // The items stay queued until the sink closes; then they are kept, or counted as dropped at shutdown.
      () => {
        counter.givenUp(troubleOf(exporter))
        done(abandoned)
      }
    ),
  shutdown: () => exporter.shutdown(),
  forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve()
})

export const countedMetricExporter = (
  exporter: PushMetricExporter,
  { counter, pending }: Watch<never>
): PushMetricExporter => ({
  export: (metrics: ResourceMetrics, done: Done) =>
    pending.track(
      (answer) => exporter.export(metrics, answer),
      (result: OtlpResult) => {
        if (result.code !== ExportResultCode.SUCCESS) {
          counter.metricsFailed(result.error)
        } else if (result.refused !== undefined && result.refused.count > 0) {
          counter.metricsFailed(`the receiver refused ${result.refused.count} data points: ${result.refused.reason}`)
        } else if ((result.unsure ?? 0) > 0) {
          counter.answeredOddly()
        }
        done(loggable(result, counter))
      },
      () => {
        counter.metricsFailed(troubleOf(exporter) ?? abandoned.error)
        done(abandoned)
      }
    ),
  forceFlush: () => exporter.forceFlush(),
  shutdown: () => exporter.shutdown(),
  ...(exporter.selectAggregation && { selectAggregation: (type) => exporter.selectAggregation!(type) }),
  ...(exporter.selectAggregationTemporality &&
    { selectAggregationTemporality: (type) => exporter.selectAggregationTemporality!(type) })
})

/** Counts sampled spans that nothing exports. */
export const unexported = (counter: ExportCounter): SpanProcessor => ({
  onStart: () => {},
  onEnd: (span) => {
    if ((span.spanContext().traceFlags & 1) === 1) {
      counter.notExported()
    }
  },
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve()
})

/** Accepts an item, and returns whether it goes into the queue. If there is no room, it is kept elsewhere or dropped. */
export const admits = <Item>(
  { counter, keeper }: Watch<Item>,
  item: Item,
  queue: { readonly capacity: number; readonly isClosed: boolean }
): boolean => {
  counter.accept()
  if (queue.isClosed) {
    counter.drop("after_close", 1)
    return false
  }
  if (counter.queued - (keeper?.overflowed ?? 0) <= queue.capacity) {
    keeper?.admit(item)
    return true
  }
  if (keeper === undefined) {
    counter.drop("queue_full", 1)
  } else {
    keeper.takeOverflow(item)
  }
  return false
}

/** A processor that admits spans while there is room. */
export class GatedProcessor implements SpanProcessor {
  isClosed = false

  constructor(
    private readonly inner: SpanProcessor,
    private readonly watch: Watch<ReadableSpan>,
    readonly capacity: number
  ) {}

  onStart(span: Span, context: OtelApi.Context): void {
    this.inner.onStart(span, context)
  }

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & 1) === 1 && admits(this.watch, span, this)) {
      this.inner.onEnd(span)
    }
  }

  /** Failures are counted and logged with the results of exports, not here a second time. */
  async forceFlush(): Promise<void> {
    await Promise.allSettled([this.inner.forceFlush(), this.watch.keeper?.flush()])
    await this.watch.pending.settled()
  }

  async shutdown(): Promise<void> {
    this.isClosed = true
    await Promise.allSettled([this.inner.shutdown()])
    await this.watch.pending.settled()
  }
}
