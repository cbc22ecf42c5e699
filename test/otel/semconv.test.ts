/**
 * The versions of the GenAI conventions: chosen by option or by the standard variable, alone or together, in spans and in metrics.
 *
 * Source of version 0.1: `open-telemetry/semantic-conventions-genai`, `model/gen-ai/metrics.yaml` and `model/gen-ai/token-metrics.yaml`.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as TestClock from "effect/TestClock"
import { Loom } from "loom-telemetry"
import type { SemconvVersion } from "loom-telemetry/otel"
import { meaningOf } from "../../src/dialects/meaning.js"
import { genaiReading } from "../../src/dialects/reading/genai.js"
import { both, exportedNamed, instrumentNamed } from "./exported.js"
import { live } from "./live.js"
import { receiver } from "./receiver.js"

const ofModel = { model: "gpt-5", provider: "openai" }

const usage = {
  tokens_in: 100,
  tokens_out: 20,
  cached_tokens_in: 60,
  cache_creation_tokens_in: 30,
  reasoning_tokens_out: 5,
  ttft_ms: 500
}

const program = Effect.gen(function*() {
  yield* Effect.zipRight(TestClock.adjust("2 seconds"), Loom.modelStream.annotate(usage)).pipe(
    Loom.modelStream(ofModel),
    Loom.run({ agent: "helper", architecture: "agent", model: "gpt-5" })
  )
  yield* Effect.void.pipe(Loom.tool({ tool: "add" }))
  yield* Effect.exit(Effect.fail("no")).pipe(Loom.workflow({ workflow: "review", pattern: "chain" }))
})

const genaiNames = (instruments: ReadonlyArray<{ readonly name: string }>) =>
  instruments.map(({ name }) => name).filter((name) => name.startsWith("gen_ai.")).sort()

const old = [
  "gen_ai.client.operation.duration",
  "gen_ai.client.operation.time_to_first_chunk",
  "gen_ai.client.token.usage",
  "gen_ai.execute_tool.duration",
  "gen_ai.invoke_agent.duration"
]

const own = [
  "gen_ai.client.inference.duration",
  "gen_ai.client.inference.operation.input_tokens",
  "gen_ai.client.inference.operation.output_tokens",
  "gen_ai.client.inference.time_to_first_chunk",
  "gen_ai.client.inference.usage.cache_read.input_tokens",
  "gen_ai.client.inference.usage.cache_write.input_tokens",
  "gen_ai.client.inference.usage.input_tokens",
  "gen_ai.client.inference.usage.output_tokens",
  "gen_ai.client.inference.usage.reasoning.output_tokens",
  "gen_ai.execute_tool.duration",
  "gen_ai.invoke_agent.duration"
]

const together = [...new Set([...old, ...own])].sort()

const chosen: ReadonlyArray<
  readonly [SemconvVersion | ReadonlyArray<SemconvVersion> | undefined, metrics: Array<string>]
> = [
  [undefined, old],
  ["1.41.1", old],
  ["genai-0.1", own],
  [["genai-0.1"], own],
  [["1.41.1", "genai-0.1"], together],
  [["genai-0.1", "1.41.1"], together]
]

describe("the option semconv", () => {
  for (const [semconv, metrics] of chosen) {
    it.effect(`${JSON.stringify(semconv)} selects names of spans and metrics`, () =>
      Effect.gen(function*() {
        const run = yield* both(program, semconv === undefined ? {} : { semconv })
        const versions = semconv === undefined ? ["1.41.1"] : [semconv].flat()
        const { attributes } = exportedNamed(run, "loom.model.stream")
        expect(["gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_write.input_tokens"].map((name) =>
          attributes[name]
        )).toEqual(["1.41.1", "genai-0.1"].map((version) =>
          versions.includes(version) ? 30 : undefined
        ))
        expect(genaiNames(run.instruments)).toEqual(metrics)
      }))
  }

  it.effect("measures each operation once, even if several versions have a metric for it", () =>
    Effect.gen(function*() {
      for (const semconv of [["1.41.1", "genai-0.1"], ["genai-0.1", "1.41.1"]] as const) {
        const { instruments } = yield* both(program, { semconv })
        const agents = instrumentNamed({ instruments }, "gen_ai.invoke_agent.duration").points
        expect(agents.map(({ attributes, value }) => [attributes["gen_ai.operation.name"], value])).toMatchObject([
          ["invoke_agent", { count: 1, sum: 2 }],
          ["invoke_workflow", { count: 1, sum: 0 }]
        ])
        expect(instrumentNamed({ instruments }, "gen_ai.execute_tool.duration").points).toMatchObject([
          { value: { count: 1 } }
        ])
      }
    }))
})

const labels = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "openai",
  "gen_ai.request.model": "gpt-5"
}

describe("the metrics of version 0.1", () => {
  const counters = [
    ["input_tokens", 100],
    ["output_tokens", 20],
    ["cache_read.input_tokens", 60],
    ["cache_write.input_tokens", 30],
    ["reasoning.output_tokens", 5]
  ] as const

  it.effect("count tokens, without the modality, which providers do not report", () =>
    Effect.gen(function*() {
      const run = yield* both(program, { semconv: "genai-0.1" })
      for (const [name, value] of counters) {
        expect(instrumentNamed(run, `gen_ai.client.inference.usage.${name}`)).toMatchObject({
          unit: "{token}",
          isMonotonicSum: true,
          points: [{ attributes: { ...labels, "gen_ai.token.modality": "unknown" }, value }]
        })
      }
    }))

  it.effect("measure the tokens of each call, in powers of four", () =>
    Effect.gen(function*() {
      const run = yield* both(program, { semconv: "genai-0.1" })
      for (const [name, sum] of counters.slice(0, 2)) {
        const instrument = instrumentNamed(run, `gen_ai.client.inference.operation.${name}`)
        expect(instrument).toMatchObject({
          unit: "{token}",
          points: [{ attributes: labels, value: { sum, count: 1 } }]
        })
        expect([instrument.buckets!.at(0), instrument.buckets!.at(-1)]).toEqual([1, 67_108_864])
      }
    }))

  it.effect("measure inference, its first chunk, agents and workflows in seconds", () =>
    Effect.gen(function*() {
      const run = yield* both(program, { semconv: "genai-0.1" })
      for (const [name, sum] of [["duration", 2], ["time_to_first_chunk", 0.5]] as const) {
        const instrument = instrumentNamed(run, `gen_ai.client.inference.${name}`)
        expect(instrument).toMatchObject({ unit: "s", points: [{ attributes: labels, value: { sum, count: 1 } }] })
        expect([instrument.buckets!.at(0), instrument.buckets!.at(-1)]).toEqual([0.01, 81.92])
      }
      expect(instrumentNamed(run, "gen_ai.invoke_agent.duration").points).toMatchObject([
        {
          attributes: {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "helper",
            "gen_ai.request.model": "gpt-5"
          }
        },
        { attributes: { "gen_ai.operation.name": "invoke_workflow", "gen_ai.agent.name": "review" } }
      ])
      expect(instrumentNamed(run, "gen_ai.execute_tool.duration").points[0]!.attributes).toMatchObject({
        "gen_ai.tool.name": "add",
        "gen_ai.tool.type": "function"
      })
    }))

  it.effect("count 0 for a call that failed without usage, with the type of its error", () =>
    Effect.gen(function*() {
      const failing = Effect.exit(Effect.die(new RangeError("no")).pipe(Loom.modelStream(ofModel)))
      const run = yield* both(failing, { semconv: "genai-0.1" })
      expect(instrumentNamed(run, "gen_ai.client.inference.usage.input_tokens").points).toMatchObject([{ value: 0 }])
      for (const name of ["duration", "operation.input_tokens"]) {
        expect(instrumentNamed(run, `gen_ai.client.inference.${name}`).points).toMatchObject([
          { attributes: { ...labels, "error.type": "RangeError" }, value: { count: 1, sum: 0 } }
        ])
      }
    }))
})

describe("OTEL_SEMCONV_STABILITY_OPT_IN", () => {
  const cacheNames = (given: string | undefined) =>
    Effect.gen(function*() {
      const running = yield* receiver()
      const variables = given === undefined ? {} : { OTEL_SEMCONV_STABILITY_OPT_IN: given }
      const { exit, warnings } = yield* live({ OTEL_EXPORTER_OTLP_ENDPOINT: running.url, ...variables }, program)
      expect([Exit.isSuccess(exit), warnings]).toEqual([true, []])
      const spans = running.spans().flatMap((batch) => batch.spans)
      const { attributes } = spans.find(({ name }) => name === "loom.model.stream")!
      return {
        spans: ["cache_creation", "cache_write"].filter((name) => `gen_ai.usage.${name}.input_tokens` in attributes),
        metrics: genaiNames(running.metrics().flatMap((batch) => batch.metrics))
      }
    }).pipe(Effect.scoped)

  const cases: ReadonlyArray<readonly [value: string | undefined, spans: Array<string>, metrics: Array<string>]> = [
    [undefined, ["cache_creation"], old],
    ["", ["cache_creation"], old],
    ["http", ["cache_creation"], old],
    ["http,database/dup,GEN_AI_LATEST_EXPERIMENTAL", ["cache_creation"], old],
    ["gen_ai_latest_experimental", ["cache_write"], own],
    ["http/dup, gen_ai_latest_experimental ,,", ["cache_write"], own],
    ["gen_ai_latest_experimental/dup", ["cache_creation", "cache_write"], together],
    ["gen_ai_latest_experimental,gen_ai_latest_experimental/dup", ["cache_creation", "cache_write"], together]
  ]
  for (const [value, spans, metrics] of cases) {
    it.effect(`${JSON.stringify(value)} selects ${spans.join(" and ")}`, () =>
      Effect.map(cacheNames(value), (sent) => expect(sent).toEqual({ spans, metrics })))
  }
})

describe("reading", () => {
  it("understands the names of both versions", () => {
    const of = (attributes: Record<string, unknown>) => meaningOf("any", attributes)
    for (const name of ["gen_ai.workflow.name", "gen_ai.agent.name"]) {
      expect(of({ "gen_ai.operation.name": "invoke_workflow", [name]: "review" })).toMatchObject({
        role: "workflow",
        attributes: { workflow: "review" }
      })
    }
    for (const name of ["cache_creation", "cache_write"]) {
      expect(
        of({ "gen_ai.operation.name": "chat", [`gen_ai.usage.${name}.input_tokens`]: 30 }).attributes
      ).toMatchObject({ cache_creation_tokens_in: 30 })
    }
  })

  it.effect("restores the attributes of each span named by either version", () =>
    Effect.gen(function*() {
      for (const semconv of ["1.41.1", "genai-0.1"] as const) {
        const { spans } = yield* both(program, { semconv, dialects: ["genai"] })
        for (const { attributes, name } of spans) {
          // As another producer would send them.
          const foreign = Object.fromEntries(Object.entries(attributes).filter(([key]) => key.startsWith("gen_ai.")))
          const { attributes: meant, role } = meaningOf("other", foreign)
          expect(role).toBe(
            {
              "loom.run": "run",
              "loom.model.stream": "model",
              "loom.tool": "tool",
              "loom.workflow": "workflow"
            }[name]
          )
          const known = Object.values(genaiReading.names).filter((key) => typeof key === "string")
          for (const key of known) {
            const said = meant[key]
            // An older reader takes the name of a workflow for that of an agent.
            if (said !== undefined && !(role === "workflow" && key === "agent")) {
              expect(said, `${semconv} ${name} ${key}`).toEqual(attributes[`loom.${key}`] ?? attributes[key])
            }
          }
          expect(meant["workflow"]).toBe(name === "loom.workflow" ? "review" : undefined)
        }
      }
    }))
})
