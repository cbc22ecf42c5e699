/**
 * Measurements as instruments: units, descriptions, buckets, kinds, labels.
 *
 * The GenAI names, units and buckets are those of the semantic conventions for generative AI, v1.41.1 (`gen-ai-metrics.md`).
 */
import { describe, expect, it } from "@effect/vitest"
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics"
import { AlwaysOffSampler } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { Loom, RunContext, Telemetry } from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import { both, inMemoryMetricExporter, inMemoryProviders, type Instrument, instrumentNamed } from "./exported.js"

const model = { model: "m" }

/** Emits every metric of this package once. */
const everyMetric = Effect.all([
  Loom.tokensInput(10, model),
  Loom.tokensCachedInput(4, model),
  Loom.tokensOutput(5, model),
  Loom.costUsd(0.25, model),
  Loom.toolDurationMs(12, { tool: "add", ok: true }),
  Loom.sessionDurationMs(1200, { architecture: "agent", outcome: "success" }),
  Loom.budgetExceeded(1, { kind: "max_tokens" }),
  Loom.autoExtractDurationMs(7, { status: "ok" }),
  Loom.autoExtractInvocations(1, { status: "ok" }),
  Loom.modelTtftMs(80, model)
])

const kindOf = ({ buckets, isMonotonicSum }: Instrument) =>
  buckets === undefined ? isMonotonicSum ? "counter" : "other" : "histogram"

describe("our metrics", () => {
  it.effect("are counters and histograms with a unit and a description", () =>
    Effect.gen(function*() {
      const run = yield* both(everyMetric)
      expect(run.instruments.map((instrument) => [instrument.name, kindOf(instrument), instrument.unit])).toEqual([
        ["loom.tokens.input", "counter", "{token}"],
        ["loom.tokens.cached_input", "counter", "{token}"],
        ["loom.tokens.output", "counter", "{token}"],
        ["loom.cost.usd", "counter", "{USD}"],
        ["loom.tool.duration_ms", "histogram", "ms"],
        ["loom.session.duration_ms", "histogram", "ms"],
        ["loom.budget.exceeded", "counter", "1"],
        ["loom.auto_extract.duration_ms", "histogram", "ms"],
        ["loom.auto_extract.invocations", "counter", "1"],
        ["loom.model.ttft_ms", "histogram", "ms"]
      ])
      expect(run.instruments.filter(({ description }) => description === "")).toEqual([])
    }))

  it.effect("take the unit of custom metrics from the suffix of their name", () =>
    Effect.gen(function*() {
      const names = ["queue.wait_seconds", "payload_bytes", "wait_ms", "hits"]
      const run = yield* both(Effect.forEach(names, (name) => Telemetry.emitMetric(name, 1)))
      expect(run.instruments.map((instrument) => [instrument.name, kindOf(instrument), instrument.unit])).toEqual([
        ["queue.wait_seconds", "histogram", "s"],
        ["payload_bytes", "histogram", "By"],
        ["wait_ms", "histogram", "ms"],
        ["hits", "counter", "1"]
      ])
    }))

  it.effect("have ascending buckets that suit their unit, with the same bounds in milliseconds and seconds", () =>
    Effect.gen(function*() {
      const run = yield* both(
        Effect.forEach(["a_ms", "a_seconds", "a_bytes"], (name) => Telemetry.emitMetric(name, 1))
      )
      const buckets = (name: string) => instrumentNamed(run, name).buckets!
      for (const name of ["a_ms", "a_seconds", "a_bytes"]) {
        expect(buckets(name)).toEqual(buckets(name).toSorted((a, b) => a - b))
      }
      expect(buckets("a_seconds")).toEqual(buckets("a_ms").map((bound) => bound / 1000))
      expect(buckets("a_ms")[0]).toBe(1)
      expect(buckets("a_ms").at(-1)).toBe(1_800_000)
      for (const [index, bound] of buckets("a_ms").entries()) {
        expect(bound).toBeLessThanOrEqual(2.5 * (buckets("a_ms")[index - 1] ?? 1))
      }
    }))

  it.effect("add up in one instrument per name", () =>
    Effect.gen(function*() {
      const run = yield* both(Effect.all([
        Loom.tokensInput(10, model),
        Loom.tokensInput(5, model),
        Loom.tokensInput(1, { model: "other" }),
        Loom.modelTtftMs(80, model),
        Loom.modelTtftMs(20, model)
      ]))
      expect(instrumentNamed(run, "loom.tokens.input").points).toEqual([
        { attributes: model, value: 15 },
        { attributes: { model: "other" }, value: 1 }
      ])
      expect(instrumentNamed(run, "loom.model.ttft_ms").points).toMatchObject([
        { attributes: model, value: { sum: 100, count: 2 } }
      ])
    }))

  it.effect("carry the user of the run, and labels that are not primitive as strings", () =>
    Effect.gen(function*() {
      const run = yield* both(
        Telemetry.emitMetric("hits", 1, { where: { page: 1 } }).pipe(RunContext.with({ userId: "alice" }))
      )
      expect(instrumentNamed(run, "hits").points[0]!.attributes).toEqual({
        user_id: "alice",
        where: "{\"page\":1}"
      })
    }))

  it.effect("omit the user on request, in the exporter only", () =>
    Effect.gen(function*() {
      const run = yield* both(Loom.tokensInput(10, { model: "m", user_id: "alice" }), {
        metricAttributes: { userId: "drop" }
      })
      expect(instrumentNamed(run, "loom.tokens.input").points[0]!.attributes).toEqual(model)
      expect(run.metrics[0]!.attributes).toEqual({ model: "m", user_id: "alice" })
    }))

  it.effect("are counted even in spans that are not sampled", () =>
    Effect.gen(function*() {
      const run = yield* both(Telemetry.withSpan(Loom.tokensInput(10, model), "loom.tool", { tool: "add" }), {
        providers: inMemoryProviders({ sampler: new AlwaysOffSampler() })
      })
      expect(run.spans).toEqual([])
      expect(instrumentNamed(run, "loom.tokens.input").points[0]!.value).toBe(10)
      expect(instrumentNamed(run, "gen_ai.execute_tool.duration").points[0]!.value).toMatchObject({ count: 1 })
    }))

  it.effect("of 5,000 users stay below the SDK's limit, with the rest in one series", () =>
    Effect.gen(function*() {
      const exporter = inMemoryMetricExporter()
      const reader = new PeriodicExportingMetricReader({ exporter })
      const meterProvider = new MeterProvider({ readers: [reader] })
      const { tracerProvider } = inMemoryProviders()
      yield* Effect.forEach(
        Array.from({ length: 5000 }, (_, n) => `user ${n}`),
        (user_id) => Loom.tokensInput(1, { model: "m", user_id }),
        { discard: true }
      ).pipe(Effect.provide(OTelTelemetry.fromProviders({ tracerProvider, meterProvider, onClose: "shutdown" })))
      const points = exporter.getMetrics()[0]!.scopeMetrics[0]!.metrics[0]!.dataPoints
      expect(points).toHaveLength(2000)
      expect(points.reduce((sum, { value }) => sum + (value as number), 0)).toBe(5000)
      expect(points.filter(({ attributes }) => attributes["otel.metric.overflow"] === true)).toHaveLength(1)
    }))
})

describe("the GenAI metrics", () => {
  const ofModel = { model: "gpt-5", provider: "openai" }
  const call = Effect.zipRight(
    TestClock.adjust("2 seconds"),
    Loom.modelStream.annotate({ tokens_in: 100, tokens_out: 20, ttft_ms: 500 })
  ).pipe(Loom.modelStream(ofModel))
  const labels = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5"
  }
  const doubling = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]

  it.effect("count tokens by type, in powers of four", () =>
    Effect.gen(function*() {
      const usage = instrumentNamed(yield* both(call), "gen_ai.client.token.usage")
      expect(usage).toMatchObject({
        unit: "{token}",
        points: [
          { attributes: { ...labels, "gen_ai.token.type": "input" }, value: { sum: 100, count: 1 } },
          { attributes: { ...labels, "gen_ai.token.type": "output" }, value: { sum: 20, count: 1 } }
        ]
      })
      expect(usage.buckets).toEqual([
        1,
        4,
        16,
        64,
        256,
        1024,
        4096,
        16_384,
        65_536,
        262_144,
        1_048_576,
        4_194_304,
        16_777_216,
        67_108_864
      ])
    }))

  it.effect("measure model calls and their first chunk in seconds", () =>
    Effect.gen(function*() {
      const run = yield* both(call)
      for (const [name, sum] of [["duration", 2], ["time_to_first_chunk", 0.5]] as const) {
        const instrument = instrumentNamed(run, `gen_ai.client.operation.${name}`)
        expect(instrument).toMatchObject({ unit: "s", points: [{ attributes: labels, value: { sum, count: 1 } }] })
        expect(instrument.buckets).toEqual(doubling)
      }
    }))

  it.effect("measure tools and agents in seconds, with the error type of failures", () =>
    Effect.gen(function*() {
      const failing = Effect.exit(Effect.die(new RangeError("no")).pipe(Loom.tool({ tool: "add" })))
      const run = yield* both(
        Effect.zipRight(TestClock.adjust("3 seconds"), failing).pipe(
          Loom.run({ agent: "helper", architecture: "agent", model: "gpt-5" })
        )
      )
      expect(instrumentNamed(run, "gen_ai.execute_tool.duration")).toMatchObject({
        unit: "s",
        buckets: doubling,
        points: [{
          attributes: {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "add",
            "error.type": "RangeError"
          },
          value: { sum: 0, count: 1 }
        }]
      })
      const agents = instrumentNamed(run, "gen_ai.invoke_agent.duration")
      expect(agents.buckets!.slice(0, 13)).toEqual([
        ...[0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6]
      ])
      expect(agents.buckets!.at(-1)).toBeGreaterThan(1800)
      expect(agents).toMatchObject({
        unit: "s",
        points: [{
          attributes: {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "helper",
            "gen_ai.request.model": "gpt-5"
          },
          value: { sum: 3, count: 1 }
        }]
      })
    }))

  it.effect("mark interrupted operations as not completed", () =>
    Effect.gen(function*() {
      const interrupted = Effect.interrupt.pipe(
        Loom.modelStream(ofModel),
        Loom.tool({ tool: "add" }),
        Loom.run({ agent: "helper", architecture: "agent" })
      )
      const run = yield* both(Effect.exit(Effect.awaitAllChildren(Effect.fork(interrupted))))
      for (const name of ["client.operation", "execute_tool", "invoke_agent"]) {
        const { points } = instrumentNamed(run, `gen_ai.${name}.duration`)
        expect(points.map(({ attributes }) => attributes["error.type"])).toEqual(["interrupted"])
      }
      // Nothing failed there.
      expect(run.spans.map((span) => span.attributes["error.type"])).toEqual([undefined, undefined, undefined])
    }))

  it.effect("can be disabled", () =>
    Effect.gen(function*() {
      const run = yield* both(Effect.zipRight(call, Loom.tokensInput(1, model)), { genaiMetrics: false })
      expect(run.instruments.map(({ name }) => name)).toEqual(["loom.tokens.input"])
    }))

  it.effect("have no users in their labels", () =>
    Effect.gen(function*() {
      const run = yield* both(call.pipe(RunContext.with({ userId: "alice", sessionId: "s-1" })))
      expect(JSON.stringify(run.instruments)).not.toContain("alice")
    }))
})
