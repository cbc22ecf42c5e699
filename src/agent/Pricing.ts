/**
 * What a model call costs. Nothing is guessed: a model without a price has no cost, and there is one warning per model.
 *
 * A cost that the provider reports takes precedence over any table.
 */
import type { calcPrice } from "@pydantic/genai-prices"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { priceIdOf } from "./providers/table.js"
import type { Usage } from "./Usage.js"

/** A model call to price. */
export interface PricedCall {
  /** As on `loom.model.stream`. */
  readonly model: string
  /** As on `loom.model.stream`. */
  readonly provider: string
  /** The tokens to pay for. */
  readonly usage: Usage
  /** When the call was made, since prices change. */
  readonly at: Date
}

/** The price of a call. */
export interface Price {
  /** US dollars, ≥ 0. */
  readonly usd: number
  /** Where the price comes from. */
  readonly source: string
}

/** Prices of models, in US dollars per million tokens. */
export interface PriceEntry {
  /** The model's id, or a prefix of it; the longest match applies. */
  readonly model: string
  /** Only for this provider. Default: any. */
  readonly provider?: string | undefined
  /** Input tokens, ≥ 0. */
  readonly input: number
  /** Output tokens, ≥ 0. */
  readonly output: number
  /** Input read from a cache. Default: `input`. */
  readonly cachedInput?: number | undefined
  /** Input written to a cache. Default: `input`. */
  readonly cacheCreation?: number | undefined
  /** When the price takes effect; the latest one in effect applies. Default: always. */
  readonly from?: Date | undefined
}

/** Finds prices. */
export interface PricingService {
  /** The price of a call; `None` if it is unknown. */
  readonly price: (call: PricedCall) => Option.Option<Price>
}

/** The optional package with prices is not installed. */
export class PricingUnavailableError extends Data.TaggedError("PricingUnavailableError")<{ readonly cause: unknown }> {
  override get message(): string {
    return "Pricing.genaiPrices needs the package @pydantic/genai-prices: install it, or use Pricing.table"
  }
}

/** Loads the optional peer. Bundlers accept a missing one only because its import is awaited inside `try`. */
const loadGenaiPrices = Effect.flatten(Effect.promise(async () => {
  try {
    return Effect.succeed(await import("@pydantic/genai-prices"))
  } catch (cause) {
    return Effect.fail(new PricingUnavailableError({ cause }))
  }
}))

/**
 * The prices in force. By default no model has one.
 *
 * @example
 * program.pipe(Effect.provide(Pricing.table([{ model: "claude-opus-4", input: 15, output: 75, cachedInput: 1.5 }])))
 */
export class Pricing extends Context.Reference<Pricing>()("loom-telemetry/agent/Pricing", {
  defaultValue: (): PricingService => ({ price: () => Option.none() })
}) {
  /** Prices from your own table. */
  static readonly table = (entries: ReadonlyArray<PriceEntry>): Layer.Layer<Pricing> =>
    Layer.succeed(Pricing, { price: (call) => Option.map(findEntry(entries, call), (entry) => priceOf(entry, call)) })

  /** The prices published with the package `@pydantic/genai-prices`, an optional peer. */
  static readonly genaiPrices: Layer.Layer<Pricing, PricingUnavailableError> = Layer.effect(
    Pricing,
    Effect.map(
      loadGenaiPrices,
      (prices): PricingService => ({ price: (call) => genaiPrice(prices.calcPrice, call) })
    )
  )
}

const findEntry = (
  entries: ReadonlyArray<PriceEntry>,
  { at, model, provider }: PricedCall
): Option.Option<PriceEntry> =>
  Option.fromNullable(
    entries.filter((entry) =>
      model.startsWith(entry.model) &&
      (entry.provider === undefined || entry.provider === provider) && startOf(entry) <= at.getTime()
    ).reduce<PriceEntry | undefined>(
      (best, entry) => best === undefined || isBetter(entry, best) ? entry : best,
      undefined
    )
  )

const startOf = (entry: PriceEntry): number => entry.from?.getTime() ?? -Infinity

const isBetter = (entry: PriceEntry, best: PriceEntry): boolean =>
  entry.model.length === best.model.length
    ? startOf(entry) >= startOf(best)
    : entry.model.length > best.model.length

const million = 1_000_000

const priceOf = (entry: PriceEntry, { usage }: PricedCall): Price => {
  const plain = Math.max(0, usage.tokensIn - usage.cachedTokensIn - usage.cacheCreationTokensIn)
  const usd = (plain * entry.input +
    usage.cachedTokensIn * (entry.cachedInput ?? entry.input) +
    usage.cacheCreationTokensIn * (entry.cacheCreation ?? entry.input) +
    usage.tokensOut * entry.output) / million
  return { usd, source: "table" }
}

const genaiPrice = (calculate: typeof calcPrice, { at, model, provider, usage }: PricedCall): Option.Option<Price> => {
  const tokens = {
    input_tokens: usage.tokensIn,
    cache_read_tokens: usage.cachedTokensIn,
    cache_write_tokens: usage.cacheCreationTokensIn,
    output_tokens: usage.tokensOut
  }
  const providerId = priceIdOf(provider)
  try {
    const found = calculate(tokens, model, { timestamp: at, ...(providerId !== undefined && { providerId }) })
    return found === null ? Option.none() : Option.some({ usd: found.total_price, source: "genai-prices" })
  } catch {
    // It rejects usage that does not add up.
    return Option.none()
  }
}
