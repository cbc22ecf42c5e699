/**
 * Each measurement is recorded once, with its instrument kind.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Telemetry } from "loom-telemetry"
import { type MakeSubject, runWith } from "./subject.js"

export const metricsContract = (make: MakeSubject): void => {
  describe("metrics", () => {
    it.effect("are counters or histograms, depending on their name", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.forEach(
            ["calls", "call.duration_ms", "idle_seconds", "answer_bytes", "msgs", "loom.cost.usd"],
            (name) => Telemetry.emitMetric(name, 2)
          )
        )
        expect(run.metrics.map((metric) => [metric.name, metric.value, metric.instrumentKind])).toEqual([
          ["calls", 2, "counter"],
          ["call.duration_ms", 2, "histogram"],
          ["idle_seconds", 2, "histogram"],
          ["answer_bytes", 2, "histogram"],
          ["msgs", 2, "counter"],
          ["loom.cost.usd", 2, "counter"]
        ])
      }))

    it.effect("keep their order, values and attributes", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.gen(function*() {
            yield* Telemetry.emitMetric("cost", 0.25, { model: "m-1" })
            yield* Telemetry.emitMetric("cost", 0, () => ({ model: "m-2" }))
            yield* Telemetry.emitMetric("drift_ms", -1.5)
          })
        )
        expect(run.metrics.map((metric) => [metric.name, metric.value, metric.attributes])).toEqual([
          ["cost", 0.25, { model: "m-1" }],
          ["cost", 0, { model: "m-2" }],
          ["drift_ms", -1.5, {}]
        ])
      }))

    it.effect("are dropped if a counter is negative, the value is not a number, or the name is empty", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.gen(function*() {
            yield* Telemetry.emitMetric("calls", -1)
            yield* Telemetry.emitMetric("calls", Number.NaN)
            yield* Telemetry.emitMetric("wait_ms", Number.POSITIVE_INFINITY)
            yield* Telemetry.emitMetric("", 1)
            yield* Telemetry.emitMetric("calls", 1)
          }).pipe(Telemetry.withSpan("body"))
        )
        expect(run.exit._tag).toBe("Success")
        expect(run.metrics.map((metric) => [metric.name, metric.value])).toEqual([["calls", 1]])
      }))
  })
}
