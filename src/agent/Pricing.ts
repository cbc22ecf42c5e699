/**
 * What a model call costs. Nothing is guessed: if the model or the service tier has no price, the call has no cost, and one warning is logged per
 * model and tier.
 *
 * A cost that the provider reports takes precedence over any table.
 */
import type { calcPrice } from "@pydantic/genai-prices"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { isStandardTier, priceIdOf, priceModelOf } from "./providers/table.js"
import type { MediaTokens, Usage } from "./Usage.js"

/** A model call to price. */
export interface PricedCall {
  /** As on `loom.model.stream`. If that model has no price, the lookup is repeated with the model that the answer names. */
  readonly model: string
  /** As on `loom.model.stream`. */
  readonly provider: string
  /** The tokens to pay for. */
  readonly usage: Usage
  /** The tier that served the call, by the provider's own name, such as `flex` or `batch`; `undefined` if the provider does not say. */
  readonly serviceTier?: string | undefined
  /** When the call was made, since prices change. */
  readonly at: Date
}

/** The price of a call. */
export interface Price {
  /** US dollars, ≥ 0. */
  readonly usd: number
  /** Where the price comes from, as in `cost_source` on `loom.model.stream`: `table`, `genai-prices`, or a name of your own. */
  readonly source: string
}

/** Prices of models, in US dollars per million tokens. */
export interface PriceEntry {
  /**
   * The model's id, whole or without the date or version at its end (`gpt-5` for `gpt-5-2025-08-07`, but not for `gpt-5-nano`); the longest match
   * applies. The empty string matches every model that no other entry matches.
   */
  readonly model: string
  /** Only for this provider. Default: any. */
  readonly provider?: string | undefined
  /** Only for calls in this tier, such as `flex`. Default: the standard one. */
  readonly serviceTier?: string | undefined
  /** Input tokens, ≥ 0. */
  readonly input: number
  /** Output tokens, ≥ 0. */
  readonly output: number
  /** Input read from a cache. Default: `input`. */
  readonly cachedInput?: number | undefined
  /** Input written to a cache. Default: `input`. */
  readonly cacheCreation?: number | undefined
  /** Input written to a cache for an hour. Default: `cacheCreation`. */
  readonly cacheCreation1h?: number | undefined
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
 * The prices in use. By default, no model has a price.
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

// A snapshot of the same model: a date (20250514, 2025-05-14, 2025-05, 05-2025, 05-14, 0514, 2505), a number with leading zeros, `latest`, and a revision.
const date = String.raw`20\d\d(?:-?(?:0[1-9]|1[0-2]))(?:-?(?:[0-2]\d|3[01]))?`
const shortDate = String.raw`(?:0[1-9]|1[0-2])-?(?:20\d\d|[0-2]\d|3[01])|2\d(?:0[1-9]|1[0-2])`
const snapshot = new RegExp(String.raw`^(?:[-@](?:${date}|${shortDate}|0\d\d|latest))?(?:-v\d+)?(?::\d+)?$`)

const isNamedBy = (name: string, model: string): boolean =>
  name === "" || (model.startsWith(name) && snapshot.test(model.slice(name.length)))

const findEntry = (entries: ReadonlyArray<PriceEntry>, call: PricedCall): Option.Option<PriceEntry> => {
  const plain = priceModelOf(call.provider, call.model)
  const fitting = entries.filter((entry) =>
    (isNamedBy(entry.model, call.model) || isNamedBy(entry.model, plain)) &&
    (entry.provider === undefined || entry.provider === call.provider) &&
    (entry.serviceTier === undefined ? isStandardTier(call.serviceTier) : entry.serviceTier === call.serviceTier) &&
    startOf(entry) <= call.at.getTime()
  )
  return Option.fromNullable(
    fitting.reduce<PriceEntry | undefined>(
      (best, entry) => best === undefined || isBetter(entry, best) ? entry : best,
      undefined
    )
  )
}

const startOf = (entry: PriceEntry): number => entry.from?.getTime() ?? -Infinity

/** Whether an entry is more specific, or as specific and more recent; of two alike, the later one in the table. */
const isBetter = (entry: PriceEntry, best: PriceEntry): boolean => {
  const specific = entry.model.length - best.model.length ||
    Number(entry.provider !== undefined) - Number(best.provider !== undefined) ||
    Number(entry.serviceTier !== undefined) - Number(best.serviceTier !== undefined)
  return specific === 0 ? startOf(entry) >= startOf(best) : specific > 0
}

const million = 1_000_000

const priceOf = (entry: PriceEntry, { usage }: PricedCall): Price => {
  const { cacheCreation = entry.input, cacheCreation1h = cacheCreation, cachedInput = entry.input } = entry
  const { cacheCreation1hTokensIn: hour = 0, cacheCreationTokensIn: written = 0, cachedTokensIn: cached = 0 } = usage
  const plain = Math.max(0, usage.tokensIn - cached - written)
  const usd = (plain * entry.input +
    cached * cachedInput +
    (written - hour) * cacheCreation +
    hour * cacheCreation1h +
    usage.tokensOut * entry.output) / million
  return { usd, source: "table" }
}

const genaiKeys: { readonly [Of in MediaTokens["of"]]: (medium: MediaTokens["medium"]) => string } = {
  input: (medium) => `input_${medium}_tokens`,
  cached: (medium) => `cache_${medium}_read_tokens`,
  output: (medium) => `output_${medium}_tokens`
}

/** Usage in the terms of `@pydantic/genai-prices`, where totals include their parts too. */
const genaiUsage = (usage: Usage): Record<string, number | undefined> => {
  const tokens: Record<string, number | undefined> = {
    input_tokens: usage.tokensIn,
    cache_read_tokens: usage.cachedTokensIn,
    cache_write_tokens: usage.cacheCreationTokensIn,
    cache_write_1h_tokens: usage.cacheCreation1hTokensIn,
    output_tokens: usage.tokensOut,
    output_reasoning_tokens: usage.reasoningTokensOut,
    web_searches: usage.webSearches
  }
  for (const { medium, of, tokens: part } of usage.media ?? []) {
    const key = genaiKeys[of](medium)
    tokens[key] = (tokens[key] ?? 0) + part
  }
  return tokens
}

const genaiPrice = (calculate: typeof calcPrice, call: PricedCall): Option.Option<Price> => {
  // The package only knows the prices of standard tiers.
  if (!isStandardTier(call.serviceTier)) {
    return Option.none()
  }
  const providerId = priceIdOf(call.provider)
  const model = priceModelOf(call.provider, call.model)
  try {
    const found = calculate(genaiUsage(call.usage), model, {
      timestamp: call.at,
      ...(providerId !== undefined && { providerId })
    })
    return found === null ? Option.none() : Option.some({ usd: found.total_price, source: "genai-prices" })
  } catch {
    // The package throws if usage does not add up.
    return Option.none()
  }
}
