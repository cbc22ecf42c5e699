/**
 * Budgets hold whatever an answer says about its usage: with calls that were cut off, tools that do not exist, and answers that failed.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Agent, type Budget } from "loom-telemetry/agent"
import { arithmeticTools } from "../arithmetic.js"
import { attributeOf, metricsNamed, spanNamed, spansNamed } from "../recorded.js"
import { type Answer, calls, says } from "./answers.js"
import { ask } from "./asked.js"
import { anthropic, openai } from "./vendors.js"

const spender = (budget: Budget, instructions = "Add.") =>
  Agent.make({ name: "spender", instructions, toolkit: arithmeticTools, budget, maxTurns: 8 })

const large = { input: 50_000, output: 1000 }

/** 50,000 tokens at four bytes each. */
const longInstructions = "Add. ".repeat(40_000)

/** The part of a call that the vendor sends before it stops in the middle of the parameters. */
const cutCall = (stop: string): Answer => ({ ...calls("add", "{\"a\": 2, \"b\""), usage: large, stop })

const eight = (answer: Answer) => Array.from({ length: 8 }, () => answer)

describe.each([[anthropic, "max_tokens"], [openai, "max_output_tokens"]] as const)("with %s", (vendor, stop) => {
  it.scopedLive("a budget stops a model that keeps inventing a tool, whose usage is known from the second time on", () =>
    Effect.gen(function*() {
      const run = yield* ask(vendor, eight({ ...calls("subtract", "{}"), usage: large }), {
        agent: spender({ maxTokens: 100_000 })
      })
      expect(yield* run.exit).toMatchObject({
        interruptedReason: "budget:max_tokens",
        turns: 3,
        tokensIn: 100_000,
        tokensOut: 2000,
        unmeasuredCalls: 1
      })
      expect(attributeOf(run, "loom.model.stream", "usage_estimated_tokens")).toEqual([
        expect.any(Number),
        undefined,
        undefined
      ])
      expect(attributeOf(run, "loom.model.stream", "finish_reason")).toEqual([undefined, "tool-calls", "tool-calls"])
    }))

  it.scopedLive("the vendor receives the same tools, however many were invented", () =>
    Effect.gen(function*() {
      const run = yield* ask(vendor, [calls("subtract", "{}"), calls("add", "{\"a\": 1, \"b\": 2}"), says("3")])
      const [first, second, third] = run.server.requests.map(({ body }) => ({
        tools: body.tools,
        tool_choice: body.tool_choice
      }))
      expect(second).toEqual(first)
      expect(third).toEqual(first)
      expect(JSON.stringify(first)).not.toContain("subtract")
    }))

  it.scopedLive("a budget stops a model whose calls are cut off, by an estimate from their length", () =>
    Effect.gen(function*() {
      const run = yield* ask(vendor, eight(cutCall(stop)), {
        agent: spender({ maxTokens: 100_000 }, longInstructions)
      })
      expect(yield* run.exit).toMatchObject({
        interruptedReason: "budget:max_tokens",
        turns: 2,
        tokensIn: 0,
        unmeasuredCalls: 2
      })
      expect(attributeOf(run, "loom.model.stream", "finish_reason")).toEqual(["length", "length"])
      for (const { attributes } of spansNamed(run, "loom.model.stream")) {
        expect(attributes["usage_estimated_tokens"]).toBeGreaterThan(50_000)
        expect(attributes["usage_estimated_tokens"]).toBeLessThan(50_500)
        expect(attributes).not.toHaveProperty("tokens_in")
      }
      expect(metricsNamed(run, "loom.tokens.input")).toEqual([])
    }))

  it.scopedLive("malformed parameters are not mistaken for truncated ones", () =>
    Effect.gen(function*() {
      const run = yield* ask(vendor, [calls("add", "a = 2, b = 3"), says("I cannot.")])
      expect(attributeOf(run, "loom.model.stream", "finish_reason")).toEqual([undefined, "stop"])
    }))
})

describe("an answer of OpenAI that fails after some text", () => {
  const usage = {
    input_tokens: 12,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 2,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 14
  }

  it.scopedLive.each([{ name: "with usage", reported: usage }, { name: "without usage", reported: null }])(
    "fails the run and the span, $name",
    ({ reported }) =>
      Effect.gen(function*() {
        // The response, its message and its text have started, and some of the text has arrived.
        const failing: Answer = { ...says("The sum of both is 5."), error: { after: 6, type: "failed" }, reported }
        const run = yield* ask(openai, [failing, says("Again.")])
        expect(run.exit._tag).toBe("Failure")
        expect(run.server.requests).toHaveLength(1)
        const [span] = spansNamed(run, "loom.model.stream")
        expect(span).toMatchObject({ outcome: "failure", attributes: { finish_reason: "error" } })
        expect(span!.attributes["tokens_in"]).toBe(reported?.input_tokens)
        expect(metricsNamed(run, "loom.tokens.input").map(({ value }) => value)).toEqual(reported === null ? [] : [12])
        expect(spanNamed(run, "loom.run").attributes["tokens_in"]).toBe(reported === null ? 0 : 12)
      })
  )
})
