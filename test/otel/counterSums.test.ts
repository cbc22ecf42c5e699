/**
 * Counters that pass their sums to the SDK when it collects: everything counted is exported.
 */
import { describe, expect, it } from "@effect/vitest"
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader
} from "@opentelemetry/sdk-metrics"
import * as Effect from "effect/Effect"
import { Loom, Telemetry } from "loom-telemetry"
import { OTelTelemetry, type ProjectionOptions } from "loom-telemetry/otel"
import { CounterSums } from "../../src/otel/metrics/counterSums.js"
import { otelAttributes } from "../../src/otel/spans/values.js"

/** A sink whose SDK collects on request, with the exported values of each collection. */
const collected = (
  temporality: AggregationTemporality,
  options: ProjectionOptions = {}
) => {
  const exporter = new InMemoryMetricExporter(temporality)
  const metricReader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const collect = Effect.promise(async () => {
    exporter.reset()
    await metricReader.forceFlush()
    return exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics).flatMap(({ metrics }) => metrics).map(
      ({ dataPoints, descriptor }) => ({
        name: descriptor.name,
        points: dataPoints.map(({ attributes, value }) => ({ attributes, value }))
      })
    )
  })
  return { exporter, collect, layer: OTelTelemetry.layer({ ...options, metricReader }) }
}

const { CUMULATIVE, DELTA } = AggregationTemporality

const hits = (labels: { readonly [key: string]: unknown }, times = 3) =>
  Effect.repeatN(Telemetry.emitMetric("hits", 1, labels), times - 1)

describe("a counter of our own SDK", () => {
  it.effect("exports everything added before a collection, separately for each set of labels", () =>
    Effect.gen(function*() {
      const { collect, layer } = collected(CUMULATIVE)
      const first = hits({ a: "x", b: 1 })
      const program = Effect.all([first, hits({ b: 1, a: "x" }), hits({ a: "x" }), hits({}), hits({ a: "x", b: "1" })])
      expect(yield* Effect.provide(Effect.zipRight(program, collect), layer)).toEqual([{
        name: "hits",
        points: [
          { attributes: { a: "x", b: 1 }, value: 6 },
          { attributes: { a: "x" }, value: 3 },
          { attributes: {}, value: 3 },
          { attributes: { a: "x", b: "1" }, value: 3 }
        ]
      }])
    }))

  it.effect("adds up over collections, or starts over with delta temporality", () =>
    Effect.gen(function*() {
      for (const [temporality, sums] of [[CUMULATIVE, [3, 6]], [DELTA, [3, 3]]] as const) {
        const { collect, layer } = collected(temporality)
        const seen = yield* Effect.all([
          Effect.zipRight(hits({ a: "x" }), collect),
          Effect.zipRight(hits({ a: "x" }), collect)
        ]).pipe(Effect.provide(layer))
        expect(seen.map(([hit]) => hit?.points[0]?.value)).toEqual(sums)
      }
    }))

  it.effect("exports uncollected values when the layer closes", () =>
    Effect.gen(function*() {
      const { exporter, layer } = collected(CUMULATIVE)
      yield* Effect.provide(hits({ a: "x" }), layer)
      expect(exporter.getMetrics()[0]!.scopeMetrics[0]!.metrics[0]!.dataPoints[0]!.value).toBe(3)
    }))

  it.effect("counts values with labels that are not primitive, and omits the user on request", () =>
    Effect.gen(function*() {
      const { collect, layer } = collected(CUMULATIVE, { metricAttributes: { userId: "drop" } })
      const users = Effect.forEach(["alice", "bob"], (user_id) => hits({ user_id, where: { page: 1 } }))
      const plain = Effect.forEach(["alice", "bob"], (user_id) => Loom.tokensInput(5, { model: "m", user_id }))
      expect(yield* Effect.provide(Effect.zipRight(Effect.zipRight(users, plain), collect), layer)).toEqual([
        { name: "hits", points: [{ attributes: { where: "{\"page\":1}" }, value: 6 }] },
        { name: "loom.tokens.input", points: [{ attributes: { model: "m" }, value: 10 }] }
      ])
    }))

  it.effect("loses nothing if there are more users than it can distinguish", () =>
    Effect.gen(function*() {
      const { collect, layer } = collected(CUMULATIVE)
      const program = Effect.forEach(
        Array.from({ length: 12_000 }, (_, n) => `user ${n % 6000}`),
        (user_id) => Loom.tokensInput(1, { model: "m", user_id }),
        { discard: true }
      )
      const [tokens] = yield* Effect.provide(Effect.zipRight(program, collect), layer)
      expect(tokens?.points).toHaveLength(2000)
      expect(tokens?.points.reduce((sum, { value }) => sum + Number(value), 0)).toBe(12_000)
    }))
})

describe("the SDK's counter", () => {
  it("receives the first addition immediately, the rest when it collects, and every addition immediately after the end", () => {
    const told: Array<number> = []
    const sums = new CounterSums({ add: (value) => void told.push(value) }, otelAttributes, undefined)
    const add = (...values: ReadonlyArray<number>) => values.forEach((value) => sums.add(value, { a: "x" }))
    add(1, 2, 3)
    expect(told.splice(0)).toEqual([1])
    sums.report()
    sums.report()
    expect(told.splice(0)).toEqual([5])
    add(4, 5)
    sums.close()
    add(6, 7)
    expect(told).toEqual([4, 5, 6, 7])
  })
})
