/**
 * OpenTelemetry's SDK in memory, with its exports in a form that is easy to compare.
 */
import { SpanStatusCode } from "@opentelemetry/api"
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics"
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor
} from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import { InMemoryTelemetry, type MetricRecord, MultiTelemetry, type SpanRecord, type Telemetry } from "loom-telemetry"
import { OTelTelemetry, type ProjectionOptions } from "loom-telemetry/otel"

/** Collects metrics only on request. */
class OnDemandReader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve()
  }
  protected override onShutdown(): Promise<void> {
    return Promise.resolve()
  }
}

export interface Point {
  readonly attributes: { readonly [key: string]: unknown }
  readonly value: number | { readonly sum?: number | undefined; readonly count: number }
}

export interface Instrument {
  readonly name: string
  readonly unit: string
  readonly description: string
  readonly buckets: ReadonlyArray<number> | undefined
  readonly isMonotonicSum: boolean
  readonly points: ReadonlyArray<Point>
}

/** Custom providers, with exporters that keep everything. */
export const inMemoryProviders = (options: { readonly sampler?: Sampler } = {}) => {
  const exporter = new InMemorySpanExporter()
  const reader = new OnDemandReader()
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
    ...(options.sampler && { sampler: options.sampler })
  })
  const meterProvider = new MeterProvider({ readers: [reader] })
  return {
    tracerProvider,
    meterProvider,
    exporter,
    spans: (): ReadonlyArray<ReadableSpan> => exporter.getFinishedSpans(),
    instruments: Effect.promise(() => reader.collect()).pipe(
      Effect.map(({ resourceMetrics }) => resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)),
      Effect.map((metrics): ReadonlyArray<Instrument> =>
        metrics.map((metric) => ({
          name: metric.descriptor.name,
          unit: metric.descriptor.unit,
          description: metric.descriptor.description,
          isMonotonicSum: "isMonotonic" in metric && metric.isMonotonic,
          buckets: firstBuckets(metric.dataPoints),
          points: metric.dataPoints.map(({ attributes, value }) => ({ attributes, value: value as Point["value"] }))
        }))
      )
    )
  }
}

const firstBuckets = (points: ReadonlyArray<{ readonly value: unknown }>): ReadonlyArray<number> | undefined => {
  const value = points[0]?.value
  return typeof value === "object" && value !== null && "buckets" in value
    ? (value.buckets as { readonly boundaries: ReadonlyArray<number> }).boundaries
    : undefined
}

export type Providers = ReturnType<typeof inMemoryProviders>

/** What a program recorded in the memory sink and in the exporter. */
export interface Both<A, E> {
  readonly exit: Exit.Exit<A, E>
  readonly records: ReadonlyArray<SpanRecord>
  readonly metrics: ReadonlyArray<MetricRecord>
  readonly spans: ReadonlyArray<ReadableSpan>
  readonly instruments: ReadonlyArray<Instrument>
}

/** Runs a program with the memory sink and OpenTelemetry side by side. */
export const both = <A, E>(
  program: Effect.Effect<A, E, Telemetry | InMemoryTelemetry>,
  options: ProjectionOptions & { readonly providers?: Providers } = {}
): Effect.Effect<Both<A, E>> =>
  Effect.gen(function*() {
    const providers = options.providers ?? inMemoryProviders()
    return yield* Effect.gen(function*() {
      const exit = yield* Effect.exit(program)
      const memory = yield* InMemoryTelemetry
      return {
        exit,
        records: yield* memory.spans,
        metrics: yield* memory.metrics,
        spans: providers.spans(),
        instruments: yield* providers.instruments
      }
    }).pipe(
      Effect.provide(MultiTelemetry.layer([
        InMemoryTelemetry.layer(),
        OTelTelemetry.fromProviders({ ...options, ...providers })
      ]))
    )
  })

/** The identity and parent of a span, for both kinds of records. */
export interface Identity {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | null
}

/** The identity of an exported span. */
export const identityOf = (span: ReadableSpan): Identity => ({
  name: span.name,
  traceId: span.spanContext().traceId,
  spanId: span.spanContext().spanId,
  parentSpanId: span.parentSpanContext?.spanId ?? null
})

/** The identity of a record. */
export const recordedIdentity = ({ name, parentSpanId, spanId, traceId }: SpanRecord): Identity => ({
  name,
  traceId,
  spanId,
  parentSpanId
})

/** The only exported span with this name. */
export const exportedNamed = (of: { readonly spans: ReadonlyArray<ReadableSpan> }, name: string): ReadableSpan => {
  const found = of.spans.filter((span) => span.name === name)
  if (found.length !== 1) {
    throw new Error(`expected one exported span ${name}, found ${found.length}`)
  }
  return found[0]!
}

/** The only instrument with this name. */
export const instrumentNamed = (
  of: { readonly instruments: ReadonlyArray<Instrument> },
  name: string
): Instrument => {
  const found = of.instruments.filter((instrument) => instrument.name === name)
  if (found.length !== 1) {
    throw new Error(`expected one instrument ${name}, found ${found.length}`)
  }
  return found[0]!
}

/** How a span ended: its status as a word, `error.type`, `loom.outcome` and its exception events. */
export const ending = (span: ReadableSpan) => ({
  status: SpanStatusCode[span.status.code],
  message: span.status.message,
  errorType: span.attributes["error.type"],
  outcome: span.attributes["loom.outcome"],
  exceptions: span.events.filter((event) => event.name === "exception").map((event) => event.attributes)
})

/** An exporter that keeps metrics. */
export const inMemoryMetricExporter = () => new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
