/**
 * Each vendor's way of counting, its reported cost and its tiers: the same numbers from an agent and from an instrumented model, streamed and not.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { instrumentLanguageModel, Pricing } from "loom-telemetry/agent"
import { talker } from "./arithmetic.js"
import { gpt, rows } from "./providerRows.js"
import { recorded, spanNamed } from "./recorded.js"
import { type VendorAnswer, vendorModel } from "./vendorModel.js"

const instrumented = (answer: VendorAnswer) => instrumentLanguageModel().pipe(Layer.provide(vendorModel(answer)))

const ways: { readonly [way: string]: (answer: VendorAnswer) => Effect.Effect<unknown, unknown> } = {
  "an agent": (answer: VendorAnswer) => Effect.provide(talker("parrot").run("Hi"), vendorModel(answer)),
  "an instrumented model": (answer: VendorAnswer) =>
    Effect.provide(LanguageModel.generateText({ prompt: "Hi" }), instrumented(answer)),
  "an instrumented model, streamed": (answer: VendorAnswer) =>
    Effect.provide(Stream.runDrain(LanguageModel.streamText({ prompt: "Hi" })), instrumented(answer))
}

describe.each(Object.entries(ways))("measured by %s,", (_, ask) => {
  it.effect.each(rows)("$name", ({ answer, attributes }) =>
    Effect.gen(function*() {
      const run = yield* ask(answer).pipe(Effect.provide(Pricing.genaiPrices), recorded)
      const recordedAttributes = spanNamed(run, "loom.model.stream").attributes
      const seen = Object.fromEntries(Object.keys(attributes).map((key) => [key, recordedAttributes[key]]))
      expect(seen).toEqual(attributes)
    }))
})

describe("Pricing", () => {
  it.effect("is given the whole usage and the tier", () =>
    Effect.gen(function*() {
      const asked: Array<unknown> = []
      const prices = Layer.succeed(Pricing, {
        price: (call) => {
          asked.push(call)
          return { _tag: "None" } as never
        }
      })
      const answer: VendorAnswer = {
        ...gpt,
        inputTokens: 1000,
        cachedInputTokens: 400,
        outputTokens: 100,
        reasoningTokens: 60,
        metadata: { openai: { serviceTier: "flex" } }
      }
      yield* ways["an agent"]!(answer).pipe(Effect.provide(prices), recorded)
      expect(asked).toMatchObject(["gpt-4o", "gpt-4o-2024-08-06"].map((model) => ({
        model,
        provider: "openai",
        serviceTier: "flex",
        usage: { tokensIn: 1000, cachedTokensIn: 400, tokensOut: 100, reasoningTokensOut: 60, serviceTier: "flex" }
      })))
    }))
})
