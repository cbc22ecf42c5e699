/**
 * The package's sinks for the fault rows: each has a layer, and reports what it recorded in the same form.
 */
import { AggregationTemporality, InMemoryMetricExporter } from "@opentelemetry/sdk-metrics"
import { InMemorySpanExporter, type ReadableSpan } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { type MetricRecord, type ScoreRecord, type SpanRecord, Telemetry } from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import type { Recorded, Subject } from "../../contract/subject.js"
import { consoleTree, file, inMemory } from "../../contract/subjects.js"
import { ending } from "../../otel/exported.js"

/** Spans as `name outcome`, sorted, and the names of measurements. */
export interface Shown {
  readonly spans: ReadonlyArray<string>
  readonly metrics: ReadonlyArray<string>
}

/** A new sink. `shown` is read after the layer was released. */
export interface RealSink {
  readonly name: string
  readonly layer: Layer.Layer<Telemetry>
  readonly shown: Effect.Effect<Shown>
}

const shownOf = ({ metrics, spans }: Recorded): Shown => ({
  spans: spans.map(({ name, outcome }) => `${name} ${outcome}`).sort(),
  metrics: metrics.map(({ name }) => name)
})

const named = (name: string, { layer, recorded }: Subject): RealSink => ({
  name,
  layer,
  shown: Effect.map(recorded, shownOf)
})

/** The outcome of an exported span. */
const outcomeOf = (span: ReadableSpan): string => {
  const { outcome, status } = ending(span)
  return status === "ERROR" ? "failure" : outcome === undefined ? "success" : String(outcome)
}

/** OpenTelemetry with exporters that keep everything, even after shutdown. */
const otel = (): RealSink => {
  const spans: Array<ReadableSpan> = []
  const metrics = new Set<string>()
  const spanExporter = new InMemorySpanExporter()
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  spanExporter.export = (given, done) => {
    spans.push(...given)
    done({ code: 0 })
  }
  metricExporter.export = (given, done) => {
    given.scopeMetrics.forEach((scope) => scope.metrics.forEach(({ descriptor }) => metrics.add(descriptor.name)))
    done({ code: 0 })
  }
  return {
    name: "otel",
    layer: OTelTelemetry.layer({ spanExporter, metricExporter, genaiMetrics: false }),
    shown: Effect.sync(() => ({
      spans: spans.map((span) => `${span.name} ${outcomeOf(span)}`).sort(),
      metrics: [...metrics]
    }))
  }
}

/** An effectful sink whose queue has room for everything that a row records without a pause. */
const effectful = (): RealSink => {
  const recorded = {
    spans: new Array<SpanRecord>(),
    metrics: new Array<MetricRecord>(),
    scores: new Array<ScoreRecord>()
  }
  const sink = Telemetry.sinkFromEffect({
    onSpanEnd: (span) => Effect.sync(() => recorded.spans.push(span)),
    onMetric: (metric) => Effect.sync(() => recorded.metrics.push(metric)),
    onScore: (score) => Effect.sync(() => recorded.scores.push(score)),
    capacity: 100_000
  })
  return named("effect", { layer: Telemetry.layerSinkScoped(sink), recorded: Effect.sync(() => recorded) })
}

/** One new sink of each kind. */
export const realSinks: Effect.Effect<ReadonlyArray<RealSink>, never, Scope.Scope> = Effect.gen(function*() {
  return [
    named("memory", yield* inMemory),
    named("console", yield* consoleTree),
    named("file", yield* file),
    effectful(),
    otel()
  ]
})
