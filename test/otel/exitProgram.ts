/**
 * A child process that records a span and a measurement, then prints its result. `exit.thorough.test.ts` runs it with `OTelLive`, or with
 * `EXPORTER=silent` with custom exporters that never respond.
 */
import { AggregationTemporality, type PushMetricExporter } from "@opentelemetry/sdk-metrics"
import type { SpanExporter } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import { Loom, Telemetry } from "loom-telemetry"
import { OTelLive, OTelTelemetry } from "loom-telemetry/otel"

const silent = {
  export: () => {},
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
  selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE
} satisfies SpanExporter & PushMetricExporter

const layer = process.env["EXPORTER"] === "silent"
  ? OTelTelemetry.layer({ spanExporter: silent, metricExporter: silent })
  : OTelLive

const program = Effect.zipRight(Loom.tokensInput(1, { model: "m" }), Effect.succeed("result")).pipe(
  Telemetry.withSpan("work"),
  Effect.tap(() => Effect.sync(() => console.log(`closing at ${Date.now()}`))),
  Effect.provide(layer)
)

Effect.runPromise(program).then((result) => console.log(`${result} at ${Date.now()}`))
