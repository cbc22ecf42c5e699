/**
 * Prices from `@pydantic/genai-prices`.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { type PricedCall, Pricing } from "loom-telemetry/agent"
import { call, million, usage } from "./pricedCall.js"

describe("the prices of @pydantic/genai-prices", () => {
  const price = (of: Partial<PricedCall>) =>
    Pricing.pipe(
      Effect.map((pricing) => Option.getOrUndefined(pricing.price(call(of)))),
      Effect.provide(Pricing.genaiPrices)
    )

  it.effect("know models of the vendors", () =>
    Effect.gen(function*() {
      const anthropic = yield* price({})
      expect(anthropic).toEqual({ usd: 15, source: "genai-prices" })
      const openai = yield* price({ model: "gpt-4o", provider: "openai" })
      expect(openai!.usd).toBeGreaterThan(0)
    }))

  it.effect("make cached input cheaper", () =>
    Effect.gen(function*() {
      const cached = yield* price({ usage: usage({ tokensIn: million, cachedTokensIn: million }) })
      expect(cached!.usd).toBeCloseTo(1.5)
    }))

  it.effect("make input that is cached for an hour more expensive", () =>
    Effect.gen(function*() {
      const hour = { tokensIn: 100_000, cacheCreationTokensIn: 100_000, cacheCreation1hTokensIn: 100_000 }
      const priced = yield* price({ model: "claude-sonnet-4-5", usage: usage(hour) })
      expect(priced!.usd).toBeCloseTo(0.6, 12)
    }))

  it.effect("price audio separately", () =>
    Effect.gen(function*() {
      const tokens = usage({ tokensIn: million, media: [{ medium: "audio", of: "input", tokens: million }] })
      const model = { model: "gemini-2.5-flash", provider: "gcp.gemini" }
      expect((yield* price({ ...model, usage: tokens }))!.usd).toBeCloseTo(1, 12)
      expect((yield* price({ ...model, usage: usage({ tokensIn: million }) }))!.usd).toBeCloseTo(0.3, 12)
    }))

  it.effect.each(["flex", "priority", "batch"])(
    "do not cover the service tier %s",
    (serviceTier) =>
      Effect.gen(function*() {
        expect(yield* price({ serviceTier })).toBeUndefined()
      })
  )

  it.effect("do not cover a made-up model", () =>
    Effect.gen(function*() {
      expect(yield* price({ model: "homemade", provider: "_OTHER" })).toBeUndefined()
    }))

  it.effect("do not cover usage that does not add up", () =>
    Effect.gen(function*() {
      expect(yield* price({ usage: usage({ tokensIn: 1, cachedTokensIn: 100 }) })).toBeUndefined()
    }))

  it.effect("can be built many times", () =>
    Effect.gen(function*() {
      yield* Effect.scoped(Layer.build(Pricing.genaiPrices))
      yield* Effect.scoped(Layer.build(Pricing.genaiPrices))
    }))
})
