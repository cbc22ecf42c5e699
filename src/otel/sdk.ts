/**
 * Builds the OpenTelemetry SDK in a scope and closes it with the scope.
 */
import type { Attributes as OtelAttributes } from "@opentelemetry/api"
import { defaultResource, type Resource, resourceFromAttributes } from "@opentelemetry/resources"
import {
  MeterProvider,
  type MetricReader,
  PeriodicExportingMetricReader,
  type PushMetricExporter
} from "@opentelemetry/sdk-metrics"
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type Sampler,
  type SpanExporter,
  type SpanLimits,
  type SpanProcessor
} from "@opentelemetry/sdk-trace-base"
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { redactorHere } from "../telemetry/contextKeys.js"
import { type Warn, warn } from "../telemetry/report.js"
import { randomIds, randomUuid } from "../telemetry/tracing/ids.js"
import { closing } from "./delivery/closing.js"
import {
  countedExporter,
  countedMetricExporter,
  GatedProcessor,
  Pending,
  unexported,
  type Watch
} from "./delivery/counted.js"
import { beforeNaturalEnd } from "./delivery/naturalEnd.js"
import { atProcessEnd } from "./delivery/processEnd.js"
import { openSpool, type SpoolOptions } from "./delivery/spool/openSpool.js"
import { ExportCounter, logKind, type OTelStats, say } from "./delivery/stats.js"
import { sumOfStats } from "./delivery/sumOfStats.js"
import { type LogLimits, LogQueue } from "./logs/LogQueue.js"
import type { LogExporter, LogRecord } from "./logs/LogRecord.js"
import { readsOpening } from "./spans/readsOpening.js"

/** The attributes of the OTel resource. */
export interface ResourceOptions {
  /** `service.name`. */
  readonly serviceName?: string
  /** `service.version`. */
  readonly serviceVersion?: string
  /** Other attributes by their OpenTelemetry names. */
  readonly attributes?: OtelAttributes
}

/** How spans or log records are batched. The defaults given here are for spans. */
export interface BatchOptions {
  /** Maximum number of queued items, ≥ 1; further ones are dropped and counted. Default 16 384. */
  readonly maxQueueSize?: number
  /** Maximum number of items in one export, ≥ 1. Default 512. */
  readonly maxExportBatchSize?: number
  /** How long a batch waits to fill. Default 5 seconds. */
  readonly scheduleDelay?: Duration.DurationInput
  /** How long one export may take. Default 30 seconds. */
  readonly exportTimeout?: Duration.DurationInput
}

/** Options of the SDK. */
export interface SdkOptions {
  /** The OTel resource of all spans, metrics and log records. */
  readonly resource?: ResourceOptions
  /** Receives spans in batches. */
  readonly spanExporter?: SpanExporter
  /** How the spans for `spanExporter` are batched. */
  readonly batch?: BatchOptions
  /**
   * Keeps undelivered spans and log records of `spanExporter` and `logExporter` for the next process to send. Default: they are dropped and counted.
   */
  readonly spool?: SpoolOptions
  /** Receives log records in batches: content, late scores and, with `effectLogs`, log messages. */
  readonly logExporter?: LogExporter
  /** How the records for `logExporter` are batched. Default: at most 2048 queued, for at most 1 second; 512 per export. */
  readonly logBatch?: BatchOptions
  /** Limits on the attributes of log records. */
  readonly logLimits?: LogLimits
  /** Additional processors; `stats` does not count what they drop. */
  readonly spanProcessor?: SpanProcessor | ReadonlyArray<SpanProcessor>
  /** Default: the SDK's sampler, which samples every span without an unsampled parent. */
  readonly sampler?: Sampler
  /** The SDK's limits on attributes, events and links. Default: its own. */
  readonly spanLimits?: SpanLimits
  /** Receives metrics at intervals. */
  readonly metricExporter?: PushMetricExporter
  /** The interval between metric exports. Default 60 seconds. */
  readonly metricInterval?: Duration.DurationInput
  /** Additional metric readers. */
  readonly metricReader?: MetricReader | ReadonlyArray<MetricReader>
  /** How long flushing, and shutting down, may take. Default 3 seconds each. */
  readonly closeTimeout?: Duration.DurationInput
  /** Called once or twice at the end, to close connections that would keep the process alive. */
  readonly onClosed?: () => void
}

export interface Sdk {
  readonly tracerProvider: NodeTracerProvider
  /** Whether a sampler or a processor reads the attributes and links that spans open with. */
  readonly readsOpening: boolean
  readonly meterProvider: MeterProvider | undefined
  readonly flush: Effect.Effect<void>
  readonly counter: ExportCounter
  /** All counts. */
  readonly stats: () => OTelStats
  readonly logs: LogQueue | undefined
}

const listOf = <A>(value: A | ReadonlyArray<A> | undefined): ReadonlyArray<A> =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as A]

/**
 * Semantic conventions 1.41.1, `service.instance.id`: a random UUID of version 4 if nothing better is known. Without it, the metrics of two processes
 * with the same service name would be one series, and only the latest value would be kept.
 */
const instanceId = "service.instance.id"

const resourceOf = ({ attributes, serviceName, serviceVersion }: ResourceOptions) =>
  defaultResource().merge(resourceFromAttributes({
    [instanceId]: randomUuid(),
    ...attributes,
    ...(serviceName !== undefined && { "service.name": serviceName }),
    ...(serviceVersion !== undefined && { "service.version": serviceVersion })
  }))

/** Node's timers fire at once if the delay is longer than this. */
const maxMillis = 2_147_483_647

const timerMillis = (duration: Duration.DurationInput): number => Math.min(Duration.toMillis(duration), maxMillis)

const batched = (exporter: SpanExporter, batch: BatchOptions, watch: Watch<ReadableSpan>): SpanProcessor => {
  const capacity = batch.maxQueueSize ?? 16_384
  const size = Math.min(batch.maxExportBatchSize ?? 512, capacity)
  const processor = new BatchSpanProcessor(countedExporter(exporter, watch), {
    // One more than the gate admits, so that the processor itself never drops a span.
    maxQueueSize: capacity + 1,
    maxExportBatchSize: size,
    scheduledDelayMillis: timerMillis(batch.scheduleDelay ?? "5 seconds"),
    exportTimeoutMillis: timerMillis(batch.exportTimeout ?? "30 seconds")
  })
  return new GatedProcessor(processor, watch, capacity)
}

const readersOf = (options: SdkOptions, watch: Watch<never>): Array<MetricReader> => [
  ...listOf(options.metricReader),
  ...(options.metricExporter === undefined ? [] : [
    new PeriodicExportingMetricReader({
      exporter: countedMetricExporter(options.metricExporter, watch),
      exportIntervalMillis: timerMillis(options.metricInterval ?? "60 seconds"),
      exportTimeoutMillis: Math.min(30_000, timerMillis(options.metricInterval ?? "60 seconds"))
    })
  ])
]

const logsOf = (
  { logBatch: batch = {}, logExporter, logLimits = {} }: SdkOptions,
  resource: Resource,
  watch: Watch<LogRecord>
): LogQueue | undefined => {
  const capacity = batch.maxQueueSize ?? 2048
  return logExporter && new LogQueue({
    exporter: logExporter,
    watch,
    resource,
    limits: logLimits,
    capacity,
    batchSize: Math.min(batch.maxExportBatchSize ?? 512, capacity),
    delay: timerMillis(batch.scheduleDelay ?? "1 second")
  })
}

/** Whether nothing is exported by mistake. Exporting only metrics is a choice, and so is disabling exporters with a variable. */
const isWithoutExport = (options: SdkOptions): boolean =>
  options.spanExporter === undefined && listOf(options.spanProcessor).length === 0 &&
  options.metricExporter === undefined && listOf(options.metricReader).length === 0 && options.onClosed === undefined

/** Adds what to do if no receiver is there, as with the default address. */
const withRemedy = (text: string): string =>
  /\b(?:ECONNREFUSED|ENOTFOUND)\b/.test(text)
    ? `${text}. Start a receiver there, or set OTEL_EXPORTER_OTLP_ENDPOINT to the address of yours`
    : text

const tracerProviderOf = (options: SdkOptions, resource: Resource, watch: Watch<ReadableSpan>): NodeTracerProvider =>
  new NodeTracerProvider({
    resource,
    idGenerator: { generateTraceId: randomIds.traceId, generateSpanId: randomIds.spanId },
    spanProcessors: [
      ...listOf(options.spanProcessor),
      ...(isWithoutExport(options) ? [unexported(watch.counter)] : []),
      ...(options.spanExporter === undefined ? [] : [batched(options.spanExporter, options.batch ?? {}, watch)])
    ],
    ...(options.sampler && { sampler: options.sampler }),
    ...(options.spanLimits && { spanLimits: options.spanLimits })
  })

export const makeSdk = (options: SdkOptions): Effect.Effect<Sdk, never, Scope.Scope> =>
  Effect.gen(function*() {
    const sayHere = yield* say
    const rules = yield* redactorHere
    const counter = new ExportCounter(sayHere, rules)
    const logCounter = new ExportCounter(sayHere, rules, logKind)
    const counters = [counter, logCounter]
    const pending = new Pending()
    const { logExporter, spanExporter } = options
    const spool = (spanExporter ?? logExporter) && options.spool &&
      (yield* openSpool(options.spool, counter, pending))
    const spanSpool = spanExporter && spool?.spans(spanExporter, counter)
    const logSpool = logExporter && spool?.logs(logExporter, logCounter)
    const spools = [spanSpool, logSpool].filter((each) => each !== undefined)
    const resource = resourceOf(options.resource ?? {})
    const tracerProvider = tracerProviderOf(options, resource, { counter, pending, keeper: spanSpool })
    const readers = readersOf(options, { counter, pending, keeper: undefined })
    const logs = logsOf(options, resource, { counter: logCounter, pending, keeper: logSpool })
    const meterProvider = readers.length === 0 ? undefined : new MeterProvider({ resource, readers })
    const giveUp = () => {
      pending.giveUp()
      options.onClosed?.()
    }
    const { close, flush, flushWithin } = closing({
      name: "the OpenTelemetry SDK",
      flush: [() => tracerProvider.forceFlush(), () => meterProvider?.forceFlush(), () => logs?.forceFlush()],
      // Shutting down metrics also exports them: flushing first would send them twice.
      lastFlush: [() => tracerProvider.forceFlush(), () => meterProvider?.shutdown(), () => logs?.forceFlush()],
      shutdown: [() => tracerProvider.shutdown(), () => logs?.shutdown()],
      timeout: options.closeTimeout,
      onGivenUp: giveUp
    })
    const ending = (messages: Effect.Effect<ReadonlyArray<string>>, log: Warn) =>
      Effect.suspend(() => {
        counters.forEach((each) => each.closing())
        return Effect.map(messages, (problems) => {
          spools.forEach((each) => each.keepAll())
          // One line, because at the end the same problem shows up in several places.
          const all = [...counters.map((each) => each.closed()), ...problems].filter((each) => each !== undefined)
          if (all.length > 0) {
            log(withRemedy(all.join("; ")))
          }
        })
      })
    // Registered before the finalizer, so that it is released after it: the process may exit while the sink closes.
    yield* atProcessEnd(() => {
      counters.forEach((each) => each.closing())
      spools.forEach((each) => each.keepAll())
      const losses = counters.map((each) => each.closed()).filter((each) => each !== undefined)
      if (losses.length > 0) {
        sayHere(losses.join("; "))
      }
    }, { signals: spool !== undefined })
    yield* Effect.addFinalizer(() => ending(Effect.tap(close, () => Effect.sync(giveUp)), warn))
    // Registered after the finalizer, so that it is released before it: a closing sink must not be flushed again.
    yield* beforeNaturalEnd(ending(flushWithin, sayHere), () => sumOfStats(counters).accepted)
    spools.forEach((each) => each.recover())
    // Our own processor does not read them.
    const reads = readsOpening(listOf(options.spanProcessor), options.sampler)
    const stats = () => sumOfStats(counters)
    return { tracerProvider, readsOpening: reads, meterProvider, flush, counter, stats, logs }
  })
