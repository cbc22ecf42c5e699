/**
 * Invalid prices: the run loses nothing but its cost.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import { Agent, Pricing, type PricingService } from "loom-telemetry/agent"
import { metricsNamed, recorded, scripted, spanNamed, total } from "./recorded.js"

const agent = Agent.make({ name: "greeter", instructions: "Greet.", budget: { maxCostUsd: 1 } })

const run = (price: PricingService["price"]) =>
  Effect.suspend(() => {
    const warnings: Array<string> = []
    const logger = Logger.make(({ message }) => {
      warnings.push(String(message))
    })
    return recorded(agent.run("Hi")).pipe(
      scripted({ text: "Hello.", usage: { inputTokens: 10, outputTokens: 5 } }),
      Effect.provide(Layer.succeed(Pricing, { price })),
      Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
      Effect.map((records) => ({ ...records, warnings }))
    )
  })

const broken: ReadonlyArray<readonly [what: string, price: PricingService["price"]]> = [
  ["throws", () => {
    throw new Error("no connection to the price list")
  }],
  ["is not a number", () => Option.some({ usd: Number.NaN, source: "test" })],
  ["is infinite", () => Option.some({ usd: Infinity, source: "test" })],
  ["is negative", () => Option.some({ usd: -1, source: "test" })]
]

describe("a price that", () => {
  it.effect.each(broken)(
    "%s is unknown: the run succeeds, its tokens are counted, and there is one warning",
    ([, price]) =>
      Effect.gen(function*() {
        const records = yield* run(price)
        expect(Exit.map(records.exit, ({ costUsd }) => costUsd)).toEqual(Exit.succeed(null))
        expect(total(records, "loom.tokens.input")).toBe(10)
        expect(metricsNamed(records, "loom.cost.usd")).toEqual([])
        expect(spanNamed(records, "loom.model.stream").attributes).not.toHaveProperty("cost_usd")
        expect(records.warnings.filter((text) => text.startsWith("No price for model"))).toHaveLength(1)
      })
  )
})
