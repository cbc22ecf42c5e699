/**
 * The cost of one call: as the provider reports it, else as the prices in force say; unknown is none, never zero.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { handled } from "../../records/promises.js"
import { rulesInForce } from "../../telemetry/lifecycle/foreignText.js"
import { Reporter } from "../../telemetry/lifecycle/report.js"
import { type PricedCall, Pricing, type PricingService } from "../Pricing.js"
import type { Usage } from "../Usage.js"

type Metadata = { readonly [provider: string]: unknown }

/** What is known of a finished call. */
export interface FinishedCall {
  readonly model: string
  readonly provider: string
  readonly usage: Usage | undefined
  readonly metadata: Metadata
}

/** A cost that a provider put beside the usage: `cost` in US dollars. */
const reportedCost = (metadata: Metadata): number | undefined => {
  for (const values of Object.values(metadata)) {
    const usage = typeof values === "object" && values !== null && "usage" in values ? values.usage : undefined
    const cost = typeof usage === "object" && usage !== null && "cost" in usage ? usage.cost : undefined
    if (typeof cost === "number" && Number.isFinite(cost) && cost >= 0) {
      return cost
    }
  }
  return undefined
}

// Once a model and set of prices, however many calls are made.
const reporters = new WeakMap<PricingService, Reporter>()

const warnOnce = (pricing: PricingService, model: string): Effect.Effect<void> =>
  Effect.sync(() => {
    const reporter = reporters.get(pricing) ?? new Reporter()
    reporters.set(pricing, reporter)
    const name = rulesInForce().name(model)
    reporter.once(
      name,
      `No price is known for the model ${
        JSON.stringify(name)
      }: its calls have no cost. Provide Pricing.table or Pricing.genaiPrices`
    )
  })

/** The cost in US dollars; `undefined` where it is not known. */
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

// Prices are somebody's code and data: what throws, or is no amount of money, is not known.
const knownPrice = (pricing: PricingService, call: PricedCall): number | undefined => {
  try {
    const price = Option.getOrUndefined(handled(pricing.price(call)))
    return price !== undefined && Number.isFinite(price.usd) && price.usd >= 0 ? price.usd : undefined
  } catch {
    return undefined
  }
}
