/**
 * The instrument of a metric, and invalid measurements.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { instrumentKind, type MetricRecord, Telemetry } from "loom-telemetry"
import { TestTelemetry } from "loom-telemetry/testing"
import { invalidMeasurement } from "../../src/records/MetricRecord.js"

describe("instrumentKind", () => {
  it("is a histogram for names ending in _ms, _seconds or _bytes", () => {
    for (const name of ["loom.tool.duration_ms", "x_seconds", "http.body_bytes", "_ms"]) {
      expect(instrumentKind(name)).toBe("histogram")
    }
  })

  it("is a counter for all other names", () => {
    for (const name of ["loom.tokens.input", "ms", "duration_ms.total", "items", "a_MS", "x_ms ", ""]) {
      expect(instrumentKind(name)).toBe("counter")
    }
  })
})

describe("a measurement", () => {
  it("is a finite, non-negative number for a counter", () => {
    for (const value of [0, 1, 0.5, Number.MAX_VALUE]) {
      expect(invalidMeasurement("calls", value)).toBeUndefined()
    }
    for (const value of [-1, -Number.MIN_VALUE, NaN, Infinity, -Infinity]) {
      expect(invalidMeasurement("calls", value)).toBeTypeOf("string")
    }
  })

  it("is any finite number for a histogram", () => {
    expect(invalidMeasurement("drift_ms", -1)).toBeUndefined()
    expect(invalidMeasurement("drift_ms", NaN)).toBe("the value is not a finite number")
    expect(invalidMeasurement("drift_ms", Infinity)).toBe("the value is not a finite number")
  })

  it("has a name", () => {
    expect(invalidMeasurement("", 1)).toBe("the metric has no name")
  })

  it.effect("is dropped if it is invalid, and logged once", () => {
    const warnings: Array<string> = []
    const logger = Logger.make<unknown, void>(({ message }) => void warnings.push(String(message)))
    return Effect.gen(function*() {
      yield* Telemetry.emitMetric("calls", -1)
      yield* Telemetry.emitMetric("calls", NaN)
      yield* Telemetry.emitMetric("calls", Infinity)
      yield* Telemetry.emitMetric("", 1)
      yield* Telemetry.emitMetric("calls", 2)
      const metrics = yield* Effect.flatMap(TestTelemetry, (test) => test.metrics)
      expect(metrics).toStrictEqual<ReadonlyArray<MetricRecord>>([
        { name: "calls", value: 2, instrumentKind: "counter", attributes: {}, emittedAt: new Date(0) }
      ])
      // Warnings are logged in their own fiber.
      yield* Effect.yieldNow()
      expect(warnings).toEqual([
        "A measurement of \"calls\" was dropped: a counter cannot decrease (value -1)",
        "A measurement of \"<unnamed>\" was dropped: the metric has no name (value 1)"
      ])
    }).pipe(Effect.provide(TestTelemetry.layer), Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
  })
})
