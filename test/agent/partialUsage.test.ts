/**
 * Usage that a provider does not report, or reports as an invalid count, is absent, and nothing is computed from it.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Response from "@effect/ai/Response"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { MultiTelemetry, Telemetry, type TelemetrySink } from "loom-telemetry"
import { Pricing } from "loom-telemetry/agent"
import { add, arithmetic, ArithmeticLive, talker } from "./arithmetic.js"
import { attributeOf, metricsNamed, recorded, spanNamed } from "./recorded.js"

interface Finish {
  /** Whether a tool call comes before it. */
  readonly calls?: boolean
  readonly model?: string
  readonly input?: number | undefined
  readonly output?: number | undefined
  readonly cached?: number
  readonly metadata?: { readonly [provider: string]: { readonly [key: string]: unknown } }
}

const finishPart = ({ cached, input, metadata, output }: Finish): Response.FinishPartEncoded => ({
  type: "finish",
  reason: "stop",
  usage: { inputTokens: input, outputTokens: output, totalTokens: undefined, cachedInputTokens: cached },
  ...(metadata !== undefined && { metadata })
})

/** A model whose answers end with these parts. */
const ending = (...answers: ReadonlyArray<ReadonlyArray<Finish>>) => {
  let calls = 0
  const parts = (): Array<Response.StreamPartEncoded> =>
    (answers[calls++] ?? []).flatMap((finish) => [
      ...(finish.model === undefined ? [] : [{ type: "response-metadata" as const, modelId: finish.model }]),
      ...(finish.calls === true ? [{ type: "tool-call" as const, ...add("c1", 1, 2) }] : []),
      finishPart(finish)
    ])
  return Layer.effect(
    LanguageModel.LanguageModel,
    LanguageModel.make({
      generateText: () => Effect.succeed([]),
      streamText: () =>
        Stream.suspend(() =>
          Stream.fromIterable<Response.StreamPartEncoded>([
            { type: "text-start", id: "t" },
            { type: "text-delta", id: "t", delta: "Hi" },
            { type: "text-end", id: "t" },
            ...parts()
          ])
        )
    })
  )
}

/** A dollar per token, a tenth for cached ones. */
const prices = Pricing.table([{ model: "", input: 1e6, output: 1e6, cachedInput: 1e5 }])

const parrot = talker("parrot")

const reporting = (...finishes: ReadonlyArray<Finish>) =>
  parrot.run("Hi").pipe(Effect.provide([ending(finishes), prices]), recorded)

describe("usage that is partly reported", () => {
  it.effect.each([undefined, Number.NaN, -1, Number.POSITIVE_INFINITY])(
    "is partly counted: input %d",
    (input) =>
      Effect.gen(function*() {
        const run = yield* reporting({ input, output: 5, cached: 3 })
        const { attributes } = spanNamed(run, "loom.model.stream")
        expect(attributes).toMatchObject({ tokens_out: 5 })
        for (const key of ["tokens_in", "cached_tokens_in", "cost_usd"]) {
          expect(attributes).not.toHaveProperty(key)
        }
        expect(metricsNamed(run, "loom.tokens.input")).toEqual([])
        expect(metricsNamed(run, "loom.cost.usd")).toEqual([])
        expect(metricsNamed(run, "loom.tokens.output").map(({ value }) => value)).toEqual([5])
        expect(yield* run.exit).toMatchObject({ tokensIn: 0, tokensOut: 5, cachedTokensIn: 0, costUsd: null })
      })
  )

  it.effect("is partly counted: no output", () =>
    Effect.gen(function*() {
      const run = yield* reporting({ input: 10, output: undefined })
      const { attributes } = spanNamed(run, "loom.model.stream")
      expect(attributes).toMatchObject({ tokens_in: 10 })
      expect(attributes).not.toHaveProperty("tokens_out")
      expect(metricsNamed(run, "loom.tokens.output")).toEqual([])
      expect(yield* run.exit).toMatchObject({ tokensIn: 10, tokensOut: 0, costUsd: null })
    }))

  it.effect("is absent if neither is a valid count", () =>
    Effect.gen(function*() {
      const run = yield* reporting({ input: -1, output: -5 })
      expect(spanNamed(run, "loom.model.stream").attributes).not.toHaveProperty("tokens_in")
      expect(run.metrics.filter(({ name }) => name.startsWith("loom.tokens") || name.startsWith("loom.cost"))).toEqual(
        []
      )
      expect(yield* run.exit).toMatchObject({ tokensIn: 0, tokensOut: 0, costUsd: null })
    }))

  it.effect("is 0 if the provider reports 0", () =>
    Effect.gen(function*() {
      const run = yield* reporting({ input: 0, output: 0 })
      expect(spanNamed(run, "loom.model.stream").attributes).toMatchObject({ tokens_in: 0, tokens_out: 0, cost_usd: 0 })
    }))

  it.effect("has no more cached input than input", () =>
    Effect.gen(function*() {
      const run = yield* reporting({ input: 10, output: 5, cached: 30 })
      expect(spanNamed(run, "loom.model.stream").attributes).toMatchObject({ tokens_in: 10, cached_tokens_in: 10 })
      expect((yield* run.exit).costUsd).toBe(6)
    }))
})

describe("usage that is reported twice", () => {
  it.effect("stays if the later report is empty", () =>
    Effect.gen(function*() {
      const run = yield* reporting(
        { input: 10, output: 5, metadata: { openrouter: { usage: { cost: 0.25 } } } },
        { input: undefined, output: undefined }
      )
      expect(spanNamed(run, "loom.model.stream").attributes).toMatchObject({
        tokens_in: 10,
        tokens_out: 5,
        cost_usd: 0.25
      })
    }))

  it.effect("has the counts of the later report where it has any", () =>
    Effect.gen(function*() {
      const run = yield* reporting({ input: 10, output: 5 }, { input: undefined, output: 7 })
      expect(yield* run.exit).toMatchObject({ tokensIn: 10, tokensOut: 7, costUsd: 17 })
    }))
})

describe("a run whose first call does not name its model", () => {
  it.effect("has the first model that is named", () =>
    Effect.gen(function*() {
      const model = ending([{ calls: true, input: 1, output: 1 }], [{ model: "gpt-5", input: 1, output: 1 }])
      const run = yield* arithmetic.run("Go").pipe(Effect.provide([ArithmeticLive, model]), recorded)
      expect(attributeOf(run, "loom.model.stream", "model")).toEqual(["unknown", "gpt-5"])
      expect(attributeOf(run, "loom.run", "model")).toEqual(["gpt-5"])
    }))
})

describe("the measurements of a call", () => {
  it.effect("reach every sink and the run, even if a sink throws at each of them and no span is open", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const broken: TelemetrySink = {
        name: "broken",
        onMetric: () => {
          throw new Error("disk full")
        }
      }
      const working: TelemetrySink = { name: "working", onMetric: ({ name }) => void seen.push(name) }
      const exit = yield* parrot.run("Hi").pipe(
        Effect.withTracerEnabled(false),
        Effect.provide([ending([{ model: "m", input: 10, output: 5 }]), prices]),
        Effect.provide(MultiTelemetry.layer([Telemetry.layerSink(broken), Telemetry.layerSink(working)])),
        Effect.exit
      )
      expect(exit._tag).toBe("Failure")
      expect(seen).toEqual(expect.arrayContaining(["loom.tokens.input", "loom.tokens.output", "loom.cost.usd"]))
    }))
})
