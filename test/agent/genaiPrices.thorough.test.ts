/**
 * Costs, checked against the price list itself, for random usages of every model of our vendors that it knows.
 *
 * The list prices the usage as the vendor reports it. Our cost is computed from what the vendor's layer makes of that report.
 */
import { describe, expect, it } from "@effect/vitest"
import { calcPrice, findProvider } from "@pydantic/genai-prices"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import { Pricing, type Usage } from "loom-telemetry/agent"
import { finishedUsage } from "../../src/agent/providers/table.js"
import type { KnownUsage } from "../../src/agent/Usage.js"

const at = new Date("2026-01-15T12:00:00Z")
const usages = 100
const largest = 300_000

interface Parts {
  readonly plain: number
  readonly cached: number
  readonly written5m: number
  readonly written1h: number
  readonly output: number
  readonly reasoning: number
}

const below = Random.nextIntBetween(0, largest)

const randomParts = Effect.all({
  plain: below,
  cached: below,
  written5m: below,
  written1h: below,
  output: below,
  reasoning: below
})

interface Money {
  /** Our name for the provider. */
  readonly provider: string
  /** Its name in the list. */
  readonly listed: string
  /** The usage that its layer reports. */
  readonly usage: (parts: Parts) => KnownUsage
  /** The same in the list's terms. */
  readonly tokens: (parts: Parts) => Record<string, number>
}

const counted = (tokens: { readonly [key: string]: number }, metadata: { readonly [provider: string]: unknown }) =>
  finishedUsage(tokens, metadata)

const vendors: ReadonlyArray<Money> = [
  {
    provider: "anthropic",
    listed: "anthropic",
    usage: ({ cached, output, plain, written1h, written5m }) =>
      counted({ inputTokens: plain, cachedInputTokens: cached, outputTokens: output }, {
        anthropic: {
          usage: {
            cache_creation_input_tokens: written5m + written1h,
            cache_creation: { ephemeral_5m_input_tokens: written5m, ephemeral_1h_input_tokens: written1h }
          }
        }
      }),
    tokens: ({ cached, output, plain, written1h, written5m }) => ({
      input_tokens: plain + cached + written5m + written1h,
      cache_read_tokens: cached,
      cache_write_tokens: written5m + written1h,
      cache_write_1h_tokens: written1h,
      output_tokens: output
    })
  },
  ...(["openai", "azure"] as const).map((listed): Money => ({
    provider: listed === "azure" ? "azure.ai.openai" : "openai",
    listed,
    usage: ({ cached, output, plain, reasoning }) =>
      counted({
        inputTokens: plain + cached,
        cachedInputTokens: cached,
        outputTokens: output + reasoning,
        reasoningTokens: reasoning
      }, { openai: { serviceTier: "default" } }),
    tokens: ({ cached, output, plain, reasoning }) => ({
      input_tokens: plain + cached,
      cache_read_tokens: cached,
      output_tokens: output + reasoning
    })
  })),
  {
    provider: "gcp.gemini",
    listed: "google",
    usage: ({ cached, output, plain, reasoning }) =>
      counted({
        inputTokens: plain + cached,
        cachedInputTokens: cached,
        outputTokens: output,
        reasoningTokens: reasoning
      }, { google: { usageMetadata: {} } }),
    tokens: ({ cached, output, plain, reasoning }) => ({
      input_tokens: plain + cached,
      cache_read_tokens: cached,
      output_tokens: output + reasoning
    })
  },
  {
    provider: "aws.bedrock",
    listed: "aws",
    usage: ({ cached, output, plain, written5m }) =>
      counted({ inputTokens: plain, cachedInputTokens: cached, outputTokens: output }, {
        bedrock: { usage: { cacheWriteInputTokens: written5m } }
      }),
    tokens: ({ cached, output, plain, written5m }) => ({
      input_tokens: plain + cached + written5m,
      cache_read_tokens: cached,
      cache_write_tokens: written5m,
      output_tokens: output
    })
  },
  {
    provider: "openrouter",
    listed: "openrouter",
    usage: ({ cached, output, plain, reasoning, written5m }) =>
      counted({
        inputTokens: plain + cached + written5m,
        cachedInputTokens: cached,
        outputTokens: output + reasoning,
        reasoningTokens: reasoning
      }, { openrouter: { usage: { promptTokensDetails: { cache_write_tokens: written5m } } } }),
    tokens: ({ cached, output, plain, reasoning, written5m }) => ({
      input_tokens: plain + cached + written5m,
      cache_read_tokens: cached,
      cache_write_tokens: written5m,
      output_tokens: output + reasoning,
      output_reasoning_tokens: reasoning
    })
  }
]

/** The list's price; `undefined` if it has none. */
const listPrice = (tokens: Record<string, number>, model: string, providerId: string): number | undefined => {
  try {
    return calcPrice(tokens, model, { providerId, timestamp: at })?.total_price
  } catch {
    return undefined
  }
}

describe.each(vendors)("the cost of $listed's models", ({ listed, provider, tokens, usage }) => {
  it.effect("equals the list's, for a hundred random usages of each", () =>
    Effect.gen(function*() {
      const pricing = yield* Pricing
      const models = findProvider({ providerId: listed })!.models.map(({ id }) => id)
      const wrong: Array<string> = []
      let priced = 0
      for (const model of models) {
        for (let index = 0; index < usages; index++) {
          const parts = yield* randomParts
          const ours = Option.getOrUndefined(pricing.price({ model, provider, usage: usage(parts) as Usage, at }))?.usd
          const theirs = listPrice(tokens(parts), model, listed)
          priced += theirs === undefined ? 0 : 1
          if (ours !== theirs) {
            wrong.push(`${model} ${JSON.stringify(parts)}: ${ours}, not ${theirs}`)
          }
        }
      }
      expect(wrong.slice(0, 5)).toEqual([])
      expect(priced).toBeGreaterThan(usages * models.length * 0.5)
    }).pipe(Effect.provide(Pricing.genaiPrices), Effect.withRandom(Random.make(`${listed} 20260115`))), 60_000)
})
