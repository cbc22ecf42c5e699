/**
 * How much does it cost to send a span to OpenTelemetry? With a batch processor and an exporter that does nothing.
 */
import * as NodeSdk from "@effect/opentelemetry/NodeSdk"
import * as OtelApi from "@opentelemetry/api"
import { ExportResultCode } from "@opentelemetry/core"
import {
  AggregationTemporality,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter
} from "@opentelemetry/sdk-metrics"
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import { Telemetry } from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import type { Case, Question } from "../Case.js"
import { attributes, effectSpan, inLayer, nested, runs, type Wrap } from "../programs.js"

const ours: Wrap = (self, name) => Telemetry.withSpan(self, name, attributes)

const nowhere: SpanExporter = {
  export: (_spans, done) => done({ code: ExportResultCode.SUCCESS }),
  shutdown: () => Promise.resolve()
}

const batch = () => new BatchSpanProcessor(nowhere, { maxQueueSize: 16_384 })

/** The same spans with the SDK alone. */
const raw = (): Case => {
  const tracer = new BasicTracerProvider({ spanProcessors: [batch()] }).getTracer("bench")
  const within = (parent: OtelApi.Context, names: ReadonlyArray<string>): void => {
    const [name, ...rest] = names
    if (name !== undefined) {
      const span = tracer.startSpan(name, { attributes }, parent)
      within(OtelApi.trace.setSpan(parent, span), rest)
      span.end()
    }
  }
  const names = ["outer", "middle", "inner"]
  return {
    batch: () => {
      for (let run = 0; run < runs; run++) {
        within(OtelApi.ROOT_CONTEXT, names)
      }
    },
    ops: runs * 3
  }
}

const discarded: PushMetricExporter = {
  export: (_metrics, done) => done({ code: ExportResultCode.SUCCESS }),
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
  selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE
}

const reader = () => new PeriodicExportingMetricReader({ exporter: discarded })

const labels = { model: "m", user_id: "alice", provider: "p" }

/** A counter of the SDK, with the same labels. */
const rawCounter = (): Case => {
  const counter = new MeterProvider({ readers: [reader()] }).getMeter("bench").createCounter("loom.tokens.input")
  return {
    batch: () => {
      for (let run = 0; run < runs; run++) {
        counter.add(1, { ...labels })
      }
    },
    ops: runs
  }
}

const measured = Effect.as(Telemetry.emitMetric("loom.tokens.input", 1, labels), 1)

export const cases: Question["cases"] = {
  nodeSdk: () =>
    inLayer(
      NodeSdk.layer(() => ({ resource: { serviceName: "bench" }, spanProcessor: batch() })),
      nested(effectSpan),
      3
    ),
  raw,
  ours: () => inLayer(OTelTelemetry.layer({ spanProcessor: batch() }), nested(ours), 3),
  // With the attributes that the dialects add.
  ourNames: () =>
    inLayer(OTelTelemetry.layer({ spanProcessor: batch() }), nested(ours, ["loom.run", "loom.turn", "loom.tool"]), 3),
  rawCounter,
  ourCounter: () => inLayer(OTelTelemetry.layer({ metricReader: reader() }), measured, 1),
  // A given SDK receives every addition.
  givenCounter: () =>
    inLayer(
      OTelTelemetry.fromProviders({
        tracerProvider: new BasicTracerProvider(),
        meterProvider: new MeterProvider({ readers: [reader()] })
      }),
      measured,
      1
    )
}
