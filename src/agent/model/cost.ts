/**
 * The cost of one call: as reported by the provider, else from the prices in use. An unknown cost is absent, never 0.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { handled } from "../../records/promises.js"
import { rulesInForce } from "../../telemetry/lifecycle/foreignText.js"
import { Reporter } from "../../telemetry/report.js"
import { type Price, type PricedCall, Pricing, type PricingService } from "../Pricing.js"
import { isStandardTier, type Metadata, reportedCost } from "../providers/table.js"
import { playedPrice } from "../tape/playedCall.js"
import { isWhole, type KnownUsage } from "../Usage.js"

/** A finished call. */
interface FinishedCall {
  readonly model: string
  /** The model that the answer names, if it names one. */
  readonly responseModel?: string | undefined
  readonly provider: string
  readonly usage: KnownUsage
  readonly metadata: Metadata
  /** Whether the run that it belongs to has a cost limit. */
  readonly limited?: boolean
}

// One warning per model, tier and set of prices, however many calls are made.
const reporters = new WeakMap<PricingService, Reporter>()

const warnOnce = (pricing: PricingService, { limited, model, usage }: FinishedCall): Effect.Effect<void> =>
  Effect.sync(() => {
    const tier = usage.serviceTier
    const reporter = reporters.get(pricing) ?? new Reporter()
    reporters.set(pricing, reporter)
    const name = rulesInForce().name(model)
    const quoted = JSON.stringify(name)
    const [key, subject, remedy] = isStandardTier(tier) || tier === undefined
      ? [name, quoted, "Add it to Pricing.table, or use Pricing.genaiPrices"]
      : [
        `${name} ${tier}`,
        `${quoted} in the service tier ${JSON.stringify(rulesInForce().name(tier))}`,
        "Add it to Pricing.table with its serviceTier"
      ]
    const effect = limited === true
      ? "its cost is not recorded and does not count for maxCostUsd"
      : "its cost is not recorded"
    reporter.once(limited === true ? `${key} limited` : key, `No price for model ${subject}; ${effect}. ${remedy}`)
  })

/** The cost of a call; `undefined` if it is unknown. A played call costs what was recorded. */
export const costOf = (call: FinishedCall): Effect.Effect<Price | undefined> => {
  return Effect.flatMap(playedPrice, (played) => played === undefined ? priceOf(call) : Effect.succeed(played.price))
}

const priceOf = (call: FinishedCall): Effect.Effect<Price | undefined> => {
  const { metadata, model, provider, responseModel, usage } = call
  const reported = reportedCost(metadata)
  if (reported !== undefined) {
    return Effect.succeed({ usd: reported, source: "vendor" })
  }
  if (!isWhole(usage)) {
    return Effect.succeed(undefined)
  }
  return Effect.gen(function*() {
    const pricing = yield* Pricing
    const at = new Date(yield* Clock.currentTimeMillis)
    const priced = (name: string) =>
      knownPrice(pricing, { model: name, provider, usage, serviceTier: usage.serviceTier, at })
    // A deployment or a router has a name of its own; only its answer names the model.
    const price = priced(model) ??
      (responseModel === undefined || responseModel === model ? undefined : priced(responseModel))
    if (price === undefined) {
      yield* warnOnce(pricing, call)
    }
    return price
  })
}

// Prices come from user code and data: if it throws, or returns an invalid amount, the price is unknown.
const knownPrice = (pricing: PricingService, call: PricedCall): Price | undefined => {
  try {
    const price = Option.getOrUndefined(handled(pricing.price(call)))
    return price !== undefined && Number.isFinite(price.usd) && price.usd >= 0 ? price : undefined
  } catch {
    return undefined
  }
}
