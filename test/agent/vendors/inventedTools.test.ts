/**
 * A model that endlessly calls a different nonexistent tool in each turn. `@effect/ai` rejects such an answer before its usage arrives, but the
 * budget still applies.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Agent } from "loom-telemetry/agent"
import { arithmeticTools } from "../arithmetic.js"
import { flaws, metricsNamed, spansNamed } from "../recorded.js"
import type { Answer } from "./answers.js"
import { withVendor } from "./asked.js"
import { everyVendor } from "./vendors.js"

/** About 50,000 tokens. */
const longQuestion = "What is 2 + 3? ".repeat(14_000)

const invents = (call: number): Answer => ({
  kind: "answer",
  toolCalls: [{ id: `call_${call}`, name: `tool_${call}`, json: "{\"a\":2,\"b\":3}" }],
  usage: { input: 51_000, output: 30 }
})

const agent = Agent.make({
  name: "arithmetic",
  instructions: "Arithmetic assistant.",
  toolkit: arithmeticTools,
  maxTurns: 20,
  budget: { maxTokens: 100_000 }
})

describe.each(everyVendor)("a model of $name that never stops inventing tools", (vendor) => {
  it.scopedLive("is stopped by the budget, based on an estimate", () =>
    Effect.gen(function*() {
      const answers = Array.from({ length: 20 }, (_, call) => invents(call))
      const run = yield* withVendor(vendor, answers, agent.run(longQuestion))
      expect(Exit.isSuccess(run.exit) && run.exit.value).toMatchObject({ interruptedReason: "budget:max_tokens" })
      // Two calls of 51,000 tokens exceed it; an estimate may be off by one call.
      expect(run.server.requests.length).toBeGreaterThanOrEqual(2)
      expect(run.server.requests.length).toBeLessThanOrEqual(3)
      for (const { attributes } of spansNamed(run, "loom.model.stream")) {
        expect(attributes["usage_estimated_tokens"]).toBeGreaterThan(25_000)
        expect(attributes["usage_estimated_tokens"]).toBeLessThan(100_000)
        expect(attributes).not.toHaveProperty("tokens_in")
      }
      expect(metricsNamed(run, "loom.tokens.input")).toEqual([])
      expect(metricsNamed(run, "loom.budget.exceeded").map(({ value }) => value)).toEqual([1])
      expect(flaws(run)).toEqual([])
    }))
})
