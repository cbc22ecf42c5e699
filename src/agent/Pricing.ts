/**
 * What a model call costs. Nothing is guessed: a price that is not known is none, and is said once a model.
 *
 * A cost that the provider itself reports wins over any table.
 */
import type { calcPrice } from "@pydantic/genai-prices"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { priceIdOf } from "./providers/table.js"
import type { Usage } from "./Usage.js"

/** A model call, as pricing sees it. */
export interface PricedCall {
  /** As on `loom.model.stream`. */
  readonly model: string
  /** As on `loom.model.stream`. */
  readonly provider: string
  /** What there is to pay for. */
  readonly usage: Usage
  /** When the call was made: prices change. */
  readonly at: Date
}

/** What a call cost. */
export interface Price {
  /** US dollars, ≥ 0. */
  readonly usd: number
  /** Who says so. */
  readonly source: string
}

/** The prices of models, in US dollars for a million tokens. */
export interface PriceEntry {
  /** The model's id, or the beginning of it; the longest that matches counts. */
  readonly model: string
  /** Only for this provider. Default: any. */
  readonly provider?: string | undefined
  /** For a million input tokens, US dollars, ≥ 0. */
  readonly input: number
  /** For a million output tokens, US dollars, ≥ 0. */
  readonly output: number
  /** For input read from a cache. Default: as `input`. */
  readonly cachedInput?: number | undefined
  /** For input written to a cache. Default: as `input`. */
  readonly cacheCreation?: number | undefined
  /** From when on this price holds; of several the latest that has begun counts. Default: always. */
  readonly from?: Date | undefined
}

/** Finds prices. */
export interface PricingService {
  /** The price of a call; none where it is not known. */
  readonly price: (call: PricedCall) => Option.Option<Price>
}

/** The optional package with prices is not installed. */
export class PricingUnavailableError extends Data.TaggedError("PricingUnavailableError")<{ readonly cause: unknown }> {
  override get message(): string {
    return "Pricing.genaiPrices needs the package @pydantic/genai-prices: install it, or use Pricing.table"
  }
}

/** Loads the optional peer. Bundlers accept that it is missing because its import is awaited inside `try`. */
const loadGenaiPrices = Effect.flatten(Effect.promise(async () => {
  try {
    return Effect.succeed(await import("@pydantic/genai-prices"))
  } catch (cause) {
    return Effect.fail(new PricingUnavailableError({ cause }))
  }
}))

const unpriced: PricingService = { price: () => Option.none() }

/**
 * The prices in force; where none are provided nothing is priced.
 *
 * @example
 * program.pipe(Effect.provide(Pricing.table([{ model: "claude-opus-4", input: 15, output: 75, cachedInput: 1.5 }])))
 */
export class Pricing extends Context.Reference<Pricing>()("loom-telemetry/agent/Pricing", {
  defaultValue: (): PricingService => unpriced
}) {
  /** Prices from a table of one's own. */
  static readonly table = (entries: ReadonlyArray<PriceEntry>): Layer.Layer<Pricing> =>
    Layer.succeed(Pricing, { price: (call) => Option.map(findEntry(entries, call), (entry) => priceOf(entry, call)) })

  /** Prices of the package `@pydantic/genai-prices`, an optional peer: those that it was published with. */
  static readonly genaiPrices: Layer.Layer<Pricing, PricingUnavailableError> = Layer.effect(
    Pricing,
    Effect.map(
      loadGenaiPrices,
      (prices): PricingService => ({ price: (call) => genaiPrice(prices.calcPrice, call) })
    )
  )
}

const findEntry = (entries: ReadonlyArray<PriceEntry>, call: PricedCall): Option.Option<PriceEntry> => {
  let best: PriceEntry | undefined
  for (const entry of entries) {
    const fits = call.model.startsWith(entry.model) &&
      (entry.provider === undefined || entry.provider === call.provider) &&
      (entry.from === undefined || entry.from.getTime() <= call.at.getTime())
    if (fits && (best === undefined || isBetter(entry, best))) {
      best = entry
    }
  }
  return Option.fromNullable(best)
}

const isBetter = (entry: PriceEntry, best: PriceEntry): boolean =>
  entry.model.length !== best.model.length
    ? entry.model.length > best.model.length
    : (entry.from?.getTime() ?? -Infinity) >= (best.from?.getTime() ?? -Infinity)

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
    // It refuses usage that does not add up; then the price is not known.
    return Option.none()
  }
}
