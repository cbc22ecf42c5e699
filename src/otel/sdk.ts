/**
 * The OpenTelemetry SDK, built and closed in a scope.
 */
import { type Attributes as OtelAttributes } from "@opentelemetry/api"
import { defaultResource, type Resource, resourceFromAttributes } from "@opentelemetry/resources"
import {
  MeterProvider,
  type MetricReader,
  PeriodicExportingMetricReader,
  type PushMetricExporter
} from "@opentelemetry/sdk-metrics"
import {
  BatchSpanProcessor,
  type Sampler,
  type SpanExporter,
  type SpanLimits,
  type SpanProcessor
} from "@opentelemetry/sdk-trace-base"
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { warn } from "../telemetry/lifecycle/report.js"
import { Redaction } from "../telemetry/Redaction.js"
import { randomIds } from "../telemetry/tracing/ids.js"
import { closing } from "./delivery/closing.js"
import { countedExporter, countedMetricExporter, GatedProcessor, Pending } from "./delivery/counted.js"
import { ExportCounter, type OTelStats, say } from "./delivery/stats.js"

/** Who emits: the attributes of the OTel resource. */
export interface ResourceOptions {
  /** `service.name`. */
  readonly serviceName?: string
  /** `service.version`. */
  readonly serviceVersion?: string
  /** Others, by their OpenTelemetry names. */
  readonly attributes?: OtelAttributes
}

/** How spans are batched. */
export interface BatchOptions {
  /** Spans that may wait; what comes when it is full is dropped and counted. Default 16 384. */
  readonly maxQueueSize?: number
  /** Spans in one export. Default 512. */
  readonly maxExportBatchSize?: number
  /** How long a batch waits to fill. Default 5 seconds. */
  readonly scheduleDelay?: Duration.DurationInput
  /** How long one export may take. Default 30 seconds. */
  readonly exportTimeout?: Duration.DurationInput
}

/** What the SDK is built from. */
export interface SdkOptions {
  /** Who emits, put on everything. */
  readonly resource?: ResourceOptions
  /** Where spans go, in batches. */
  readonly spanExporter?: SpanExporter
  /** How the spans for `spanExporter` are batched. */
  readonly batch?: BatchOptions
  /** Processors of one's own, beside the batches of `spanExporter`; what they drop is not seen. */
  readonly spanProcessor?: SpanProcessor | ReadonlyArray<SpanProcessor>
  /** Default: the SDK's, which samples all that has no unsampled parent. */
  readonly sampler?: Sampler
  /** What the SDK cuts. Default: the SDK's own limits. */
  readonly spanLimits?: SpanLimits
  /** Where metrics go, at intervals. */
  readonly metricExporter?: PushMetricExporter
  /** Default 60 seconds. */
  readonly metricInterval?: Duration.DurationInput
  /** Readers of one's own. */
  readonly metricReader?: MetricReader | ReadonlyArray<MetricReader>
  /** How long flushing, and shutting down, may take. Default 3 seconds each. */
  readonly closeTimeout?: Duration.DurationInput
  /** Called when nothing is waited for any more, perhaps twice: lets go what exporters hold, which would keep the process alive. */
  readonly onClosed?: () => void
}

/** The SDK. */
export interface Sdk {
  readonly tracerProvider: NodeTracerProvider
  readonly meterProvider: MeterProvider | undefined
  readonly flush: Effect.Effect<void>
  readonly stats: Effect.Effect<OTelStats>
}

const listOf = <A>(value: A | ReadonlyArray<A> | undefined): ReadonlyArray<A> =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as A]

const resourceOf = ({ attributes, serviceName, serviceVersion }: ResourceOptions) =>
  defaultResource().merge(resourceFromAttributes({
    ...attributes,
    ...(serviceName !== undefined && { "service.name": serviceName }),
    ...(serviceVersion !== undefined && { "service.version": serviceVersion })
  }))

/** What the parts of one SDK share. */
interface Watch {
  readonly counter: ExportCounter
  readonly pending: Pending
}

const batched = (exporter: SpanExporter, batch: BatchOptions, { counter, pending }: Watch): SpanProcessor => {
  const capacity = batch.maxQueueSize ?? 16_384
  const size = Math.min(batch.maxExportBatchSize ?? 512, capacity)
  const processor = new BatchSpanProcessor(countedExporter(exporter, counter, pending), {
    // One more than the gate lets in: the processor itself never has to drop.
    maxQueueSize: capacity + 1,
    maxExportBatchSize: size,
    scheduledDelayMillis: Duration.toMillis(batch.scheduleDelay ?? "5 seconds"),
    exportTimeoutMillis: Duration.toMillis(batch.exportTimeout ?? "30 seconds")
  })
  return new GatedProcessor(processor, counter, pending, capacity)
}

const readersOf = (options: SdkOptions, { counter, pending }: Watch): Array<MetricReader> => [
  ...listOf(options.metricReader),
  ...(options.metricExporter === undefined ? [] : [
    new PeriodicExportingMetricReader({
      exporter: countedMetricExporter(options.metricExporter, counter, pending),
      exportIntervalMillis: Duration.toMillis(options.metricInterval ?? "60 seconds"),
      exportTimeoutMillis: Math.min(30_000, Duration.toMillis(options.metricInterval ?? "60 seconds"))
    })
  ])
]

const tracerProviderOf = (options: SdkOptions, resource: Resource, watch: Watch): NodeTracerProvider =>
  new NodeTracerProvider({
    resource,
    idGenerator: { generateTraceId: randomIds.traceId, generateSpanId: randomIds.spanId },
    spanProcessors: [
      ...listOf(options.spanProcessor),
      ...(options.spanExporter === undefined ? [] : [batched(options.spanExporter, options.batch ?? {}, watch)])
    ],
    ...(options.sampler && { sampler: options.sampler }),
    ...(options.spanLimits && { spanLimits: options.spanLimits })
  })

/** Builds the SDK in the current scope. */
export const makeSdk = (options: SdkOptions): Effect.Effect<Sdk, never, Scope.Scope> =>
  Effect.gen(function*() {
    const watch = { counter: new ExportCounter(yield* say, yield* Redaction), pending: new Pending() }
    const resource = resourceOf(options.resource ?? {})
    const tracerProvider = tracerProviderOf(options, resource, watch)
    const readers = readersOf(options, watch)
    const meterProvider = readers.length === 0 ? undefined : new MeterProvider({ resource, readers })
    const giveUp = () => {
      watch.pending.giveUp()
      options.onClosed?.()
    }
    const { close, flush } = closing({
      name: "the OpenTelemetry SDK",
      flush: [() => tracerProvider.forceFlush(), () => meterProvider?.forceFlush()],
      // Measurements are sent by the shutdown, too: flushed before it, they would be sent twice.
      lastFlush: [() => tracerProvider.forceFlush(), () => meterProvider?.shutdown()],
      shutdown: [() => tracerProvider.shutdown()],
      timeout: options.closeTimeout,
      onGivenUp: giveUp
    })
    yield* Effect.addFinalizer(() =>
      Effect.suspend(() => {
        watch.counter.closing()
        return Effect.map(close, (problems) => {
          giveUp()
          // All in one line: the same trouble shows in several places when everything ends.
          const said = [watch.counter.closed(), ...problems].filter((each) => each !== undefined)
          if (said.length > 0) {
            warn(said.join("; "))
          }
        })
      })
    )
    return { tracerProvider, meterProvider, flush, stats: Effect.sync(() => watch.counter.read()) }
  })
