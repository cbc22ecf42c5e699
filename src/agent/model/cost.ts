/**
 * The cost of one call: the one that the provider reports, else by the prices in force. An unknown cost is absent, never 0.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { handled } from "../../records/promises.js"
import { rulesInForce } from "../../telemetry/lifecycle/foreignText.js"
import { Reporter } from "../../telemetry/lifecycle/report.js"
import { type PricedCall, Pricing, type PricingService } from "../Pricing.js"
import { type Metadata, reportedCost } from "../providers/table.js"
import type { Usage } from "../Usage.js"

/** A finished call. */
interface FinishedCall {
  readonly model: string
  readonly provider: string
  readonly usage: Usage | undefined
  readonly metadata: Metadata
}

// One warning per model and set of prices, however many calls are made.
const reporters = new WeakMap<PricingService, Reporter>()

const warnOnce = (pricing: PricingService, model: string): Effect.Effect<void> =>
  Effect.sync(() => {
    const reporter = reporters.get(pricing) ?? new Reporter()
    reporters.set(pricing, reporter)
    const name = rulesInForce().name(model)
    reporter.once(
      name,
      `No price for model ${
        JSON.stringify(name)
      }; its cost is not recorded. Add it to Pricing.table, or use Pricing.genaiPrices`
    )
  })

/** The cost in US dollars; `undefined` if it is unknown. */
export const costOf = (call: FinishedCall): Effect.Effect<number | undefined> => {
  const { metadata, model, provider, usage } = call
  const reported = reportedCost(metadata)
  if (reported !== undefined || usage === undefined) {
    return Effect.succeed(reported)
  }
  return Effect.gen(function*() {
    const pricing = yield* Pricing
    const at = new Date(yield* Clock.currentTimeMillis)
    const usd = knownPrice(pricing, { model, provider, usage, at })
    if (usd === undefined) {
      yield* warnOnce(pricing, model)
    }
    return usd
  })
}

// Prices are the user's code and data: if they throw, or are no amount of money, the price is unknown.
const knownPrice = (pricing: PricingService, call: PricedCall): number | undefined => {
  try {
    const price = Option.getOrUndefined(handled(pricing.price(call)))
    return price !== undefined && Number.isFinite(price.usd) && price.usd >= 0 ? price.usd : undefined
  } catch {
    return undefined
  }
}
