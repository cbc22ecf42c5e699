/**
 * Prices from a table and from the provider itself. An unknown price is absent, never 0.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { type PricedCall, type PriceEntry, Pricing } from "loom-telemetry/agent"
import { talker } from "./arithmetic.js"
import { call, million, usage } from "./pricedCall.js"
import { attributeOf, metricsNamed, recorded, spanNamed } from "./recorded.js"
import { type VendorAnswer, vendorModel } from "./vendorModel.js"

const priceFrom = (entries: ReadonlyArray<PriceEntry>, of: Partial<PricedCall>) =>
  Pricing.pipe(
    Effect.map((pricing) => Option.getOrUndefined(pricing.price(call(of)))),
    Effect.provide(Pricing.table(entries))
  )

describe("a table of prices", () => {
  it.effect("applies the longest entry that names the model", () =>
    Effect.gen(function*() {
      const entries = [
        { model: "claude-opus-4", input: 15, output: 75 },
        { model: "", input: 1, output: 1 },
        { model: "claude-opus-4-20250514", input: 16, output: 76 },
        { model: "claude-opus-5", input: 99, output: 99 }
      ]
      expect(yield* priceFrom(entries, {})).toEqual({ usd: 16, source: "table" })
      expect(yield* priceFrom(entries, { model: "claude-opus-4" })).toMatchObject({ usd: 15 })
      expect(yield* priceFrom(entries, { model: "claude-haiku" })).toMatchObject({ usd: 1 })
      expect(yield* priceFrom(entries.filter(({ model }) => model !== ""), { model: "gpt-5" })).toBeUndefined()
    }))

  it.effect.each<readonly [entry: string, model: string]>([
    ["claude-opus-4", "claude-opus-4-20250514"],
    ["claude-opus-4", "claude-opus-4@20250514"],
    ["claude-3-5-sonnet", "claude-3-5-sonnet-latest"],
    ["gpt-5", "gpt-5-2025-08-07"],
    ["gpt-4", "gpt-4-0613"],
    ["gpt-4o", "gpt-4o-2024-08-06"],
    ["gpt-4o-mini", "gpt-4o-mini-2024-07-18"],
    ["openai/gpt-5", "openai/gpt-5-2025-08-07"],
    ["claude-opus-4-5", "claude-opus-4-5-20251101"],
    ["anthropic.claude-v2", "anthropic.claude-v2:1"],
    ["mistral-large", "mistral-large-2411"],
    ["gemini-2.0-flash", "gemini-2.0-flash-001"],
    ["gemini-2.5-pro-preview", "gemini-2.5-pro-preview-05-06"],
    ["command-r", "command-r-08-2024"],
    ["amazon.nova-pro", "amazon.nova-pro-v1:0"],
    ["us.anthropic.claude-sonnet-4-5", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"]
  ])("prices %s for its snapshot %s", ([entry, model]) =>
    Effect.gen(function*() {
      expect(yield* priceFrom([{ model: entry, input: 1, output: 1 }], { model })).toMatchObject({ usd: 1 })
    }))

  it.effect.each<readonly [entry: string, model: string]>([
    ["claude-opus-4", "claude-opus-4-5"],
    ["claude-opus-4", "claude-opus-4-5-20251101"],
    ["claude-opus-4", "claude-opus-4.5"],
    ["gpt-5", "gpt-5-nano"],
    ["gpt-5", "gpt-5-pro"],
    ["gpt-5", "gpt-5.1"],
    ["gpt-5", "gpt-5-nano-2025-08-07"],
    ["gpt-4", "gpt-4o"],
    ["gpt-4", "gpt-4-32k"],
    ["gpt-4", "gpt-4-turbo-2024-04-09"],
    ["o1", "o1-mini"],
    ["gemini-2.5-flash", "gemini-2.5-flash-lite"],
    ["llama3-70b", "llama3-70b-8192"],
    ["gpt-4o", "gpt-4o-mini"],
    ["gpt-4o", "gpt-4o-mini-2024-07-18"],
    ["gpt-4o", "gpt-4o-audio-preview-2024-12-17"],
    ["gpt-4", "gpt-4-0125-preview"],
    ["gpt-5", "openai/gpt-5"],
    ["openai/gpt-5", "openai/gpt-5:free"],
    ["openai/gpt-5", "openai/gpt-5-mini"],
    ["gpt-5", "gpt-5-codex"],
    ["gpt-5", "gpt-5-20251301"],
    ["gpt-5", "ft:gpt-5-2025-08-07:moths::a1"],
    ["claude-opus-4-5", "us.anthropic.claude-opus-4-5-20251101-v1:0"],
    ["anthropic.claude-opus-4", "anthropic.claude-opus-4-5-20251101-v1:0"],
    ["gemini-2.5-pro", "gemini-2.5-pro-preview-05-06"],
    ["o3", "o3-mini-2025-01-31"],
    ["claude", "claude-opus-4-20250514"]
  ])("does not price %s for another model, %s", ([entry, model]) =>
    Effect.gen(function*() {
      expect(yield* priceFrom([{ model: entry, input: 1, output: 1 }], { model })).toBeUndefined()
    }))

  it.effect("prices a service tier only by entries for it", () =>
    Effect.gen(function*() {
      const entries = [
        { model: "gpt-5", input: 1.25, output: 10 },
        { model: "gpt-5", serviceTier: "flex", input: 0.625, output: 5 }
      ]
      const price = (serviceTier: string | undefined) => priceFrom(entries, { model: "gpt-5", serviceTier })
      expect(yield* price(undefined)).toMatchObject({ usd: 1.25 })
      expect(yield* price("default")).toMatchObject({ usd: 1.25 })
      expect(yield* price("flex")).toMatchObject({ usd: 0.625 })
      expect(yield* price("priority")).toBeUndefined()
    }))

  it.effect("prices input that is cached for an hour separately", () =>
    Effect.gen(function*() {
      const tokens = usage({ tokensIn: million, cacheCreationTokensIn: million, cacheCreation1hTokensIn: million / 2 })
      const entry = { model: "claude-opus-4", input: 3, output: 15, cacheCreation: 3.75 }
      expect(yield* priceFrom([{ ...entry, cacheCreation1h: 6 }], { usage: tokens })).toMatchObject({ usd: 4.875 })
      expect(yield* priceFrom([entry], { usage: tokens })).toMatchObject({ usd: 3.75 })
    }))

  it.effect("keeps a provider's prices to that provider", () =>
    Effect.gen(function*() {
      const entries = [
        { model: "claude-opus-4", input: 1, output: 1 },
        { model: "claude-opus-4-20250514", provider: "aws.bedrock", input: 2, output: 2 }
      ]
      expect(yield* priceFrom(entries, { provider: "aws.bedrock" })).toMatchObject({ usd: 2 })
      expect(yield* priceFrom(entries, {})).toMatchObject({ usd: 1 })
    }))

  it.effect("prices cached input, input written to a cache, and output separately", () =>
    Effect.gen(function*() {
      const entries = [{ model: "claude-opus-4", input: 10, output: 50, cachedInput: 1, cacheCreation: 12.5 }]
      const mixed = usage({
        tokensIn: 4 * million,
        cachedTokensIn: 2 * million,
        cacheCreationTokensIn: million,
        tokensOut: 2 * million
      })
      expect(yield* priceFrom(entries, { usage: mixed })).toMatchObject({ usd: 10 + 2 + 12.5 + 100 })
    }))

  it.effect("prices cached input like other input if it has no separate price", () =>
    Effect.gen(function*() {
      const all = usage({ tokensIn: million, cachedTokensIn: million })
      expect(yield* priceFrom([{ model: "claude-opus-4", input: 10, output: 50 }], { usage: all })).toMatchObject({
        usd: 10
      })
    }))

  it.effect("applies the price in effect at the time of the call", () =>
    Effect.gen(function*() {
      const entries = [
        { model: "claude-opus-4", input: 30, output: 0, from: new Date("2026-06-01") },
        { model: "claude-opus-4", input: 10, output: 0 },
        { model: "claude-opus-4", input: 20, output: 0, from: new Date("2026-01-01") }
      ]
      const at = (date: string) => priceFrom(entries, { at: new Date(date) })
      expect(yield* at("2025-12-31")).toMatchObject({ usd: 10 })
      expect(yield* at("2026-01-01")).toMatchObject({ usd: 20 })
      expect(yield* at("2026-07-01")).toMatchObject({ usd: 30 })
    }))
})

const answering = (answer: VendorAnswer) =>
  talker("parrot").run("Hi", { userId: "alice" }).pipe(Effect.provide(vendorModel(answer)))

const opus: VendorAnswer = { model: "claude-opus-4", inputTokens: million, outputTokens: 0 }

describe("a priced run", () => {
  it.effect("has its cost on both spans, in the metric and in the result", () =>
    Effect.gen(function*() {
      const run = yield* answering(opus).pipe(
        Effect.provide(Pricing.table([{ model: "claude-opus-4", input: 15, output: 75 }])),
        recorded
      )
      expect((yield* run.exit).costUsd).toBe(15)
      expect(attributeOf(run, "loom.run", "cost_usd")).toEqual([15])
      expect(attributeOf(run, "loom.model.stream", "cost_usd")).toEqual([15])
      expect(metricsNamed(run, "loom.cost.usd")).toEqual([{ model: "claude-opus-4", user_id: "alice", value: 15 }])
    }))

  it.effect("is priced by the Clock's time", () =>
    Effect.gen(function*() {
      const table = Pricing.table([
        { model: "claude-opus-4", input: 10, output: 0 },
        { model: "claude-opus-4", input: 20, output: 0, from: new Date("2026-01-01") }
      ])
      yield* TestClock.setTime(new Date("2025-12-31T23:59:59Z").getTime())
      expect((yield* Effect.provide(answering(opus), table)).costUsd).toBe(10)
      yield* TestClock.adjust("1 second")
      expect((yield* Effect.provide(answering(opus), table)).costUsd).toBe(20)
    }))

  it.effect("prefers the cost that the provider reports to any table", () =>
    Effect.gen(function*() {
      const run = yield* answering({ ...opus, metadata: { openrouter: { usage: { cost: 0.25 } } } }).pipe(
        Effect.provide(Pricing.table([{ model: "claude-opus-4", input: 15, output: 75 }])),
        recorded
      )
      expect((yield* run.exit).costUsd).toBe(0.25)
      expect(metricsNamed(run, "loom.cost.usd").map(({ value }) => value)).toEqual([0.25])
    }))

  it.effect("ignores a reported cost that is invalid", () =>
    Effect.gen(function*() {
      for (const cost of [-1, Number.NaN, "0.25"]) {
        const run = yield* answering({ ...opus, metadata: { openrouter: { usage: { cost } } } }).pipe(recorded)
        expect((yield* run.exit).costUsd).toBeNull()
        expect(metricsNamed(run, "loom.cost.usd")).toEqual([])
      }
    }))

  it.effect("adds the cached tokens that Anthropic reports next to its input", () =>
    Effect.gen(function*() {
      const run = yield* answering({
        model: "claude-opus-4",
        inputTokens: 100,
        cachedInputTokens: 1000,
        outputTokens: 10,
        metadata: { anthropic: { usage: { cache_creation_input_tokens: 200 } } }
      }).pipe(
        Effect.provide(
          Pricing.table([{ model: "claude-opus-4", input: 1e6, output: 0, cachedInput: 1e5, cacheCreation: 2e6 }])
        ),
        recorded
      )
      expect(yield* run.exit).toMatchObject({ tokensIn: 1300, cachedTokensIn: 1000, costUsd: 100 + 100 + 400 })
      expect(spanNamed(run, "loom.model.stream").attributes).toMatchObject({
        tokens_in: 1300,
        cached_tokens_in: 1000,
        cache_creation_tokens_in: 200
      })
    }))
})

/** The warnings of a program. */
const warningsOf = <A, E, R>(program: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const warnings: Array<string> = []
    const logger = Logger.make<unknown, void>(({ logLevel, message }) => {
      if (logLevel._tag === "Warning") {
        warnings.push(String(Array.isArray(message) ? message[0] : message))
      }
    })
    yield* Effect.provide(program, Logger.replace(Logger.defaultLogger, logger))
    return warnings
  })

describe("a model without a known price", () => {
  it.effect("has no cost anywhere, rather than 0", () =>
    Effect.gen(function*() {
      const run = yield* answering({ ...opus, model: "homemade" }).pipe(
        Effect.provide(Pricing.table([{ model: "claude-opus-4", input: 15, output: 75 }])),
        recorded
      )
      expect((yield* run.exit).costUsd).toBeNull()
      expect(metricsNamed(run, "loom.cost.usd")).toEqual([])
      expect(spanNamed(run, "loom.run").attributes).not.toHaveProperty("cost_usd")
      expect(spanNamed(run, "loom.model.stream").attributes).not.toHaveProperty("cost_usd")
    }))

  it.effect("triggers one warning, however many calls are made", () =>
    Effect.gen(function*() {
      const prices = Pricing.table([{ model: "claude-opus-4", input: 15, output: 75 }])
      const three = Effect.all([
        answering({ ...opus, model: "homemade" }),
        answering({ ...opus, model: "homemade" }),
        answering({ ...opus, model: "other" }),
        answering(opus)
      ])
      expect(yield* warningsOf(Effect.provide(three, prices))).toEqual([
        "No price for model \"homemade\"; its cost is not recorded. Add it to Pricing.table, or use Pricing.genaiPrices",
        "No price for model \"other\"; its cost is not recorded. Add it to Pricing.table, or use Pricing.genaiPrices"
      ])
    }))

  it.effect("triggers one warning if no prices are provided at all", () =>
    Effect.gen(function*() {
      const call = answering({ ...opus, model: "unpriced" })
      expect(yield* warningsOf(Effect.zip(call, call))).toEqual([
        "No price for model \"unpriced\"; its cost is not recorded. Add it to Pricing.table, or use Pricing.genaiPrices"
      ])
    }))

  it.effect("is not one that is free in the table, which costs 0", () =>
    Effect.gen(function*() {
      const run = yield* answering(opus).pipe(
        Effect.provide(Pricing.table([{ model: "claude-opus-4", input: 0, output: 0 }])),
        recorded
      )
      expect((yield* run.exit).costUsd).toBe(0)
      expect(metricsNamed(run, "loom.cost.usd").map(({ value }) => value)).toEqual([0])
    }))
})
