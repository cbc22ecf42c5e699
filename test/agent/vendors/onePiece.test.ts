/**
 * Agents whose model answers in one piece (`streaming: false`): nothing is missing that streams lose.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Agent, Pricing, Supervisor } from "loom-telemetry/agent"
import { arithmeticTools, resultsGiven } from "../arithmetic.js"
import { attributeOf, flaws, metricsNamed, spanNamed, spansNamed } from "../recorded.js"
import { type Answer, calls, refuses, says } from "./answers.js"
import { withVendor } from "./asked.js"
import { bedrock, everyVendor, openai } from "./vendors.js"

const options = { name: "arithmetic", instructions: "Arithmetic assistant.", toolkit: arithmeticTools }

const agent = Agent.make({ ...options, streaming: false })

const sum: Answer = calls("add", "{\"a\":2,\"b\":3}")

describe.each(everyVendor)("an agent on $name without streaming", (vendor) => {
  it.scopedLive("knows the usage of every call, even of one that calls a nonexistent tool", () =>
    Effect.gen(function*() {
      const run = yield* withVendor(
        vendor,
        [refuses(503, { "retry-after-ms": "1" }), calls("subtract", "{}"), sum, says("Five.")],
        agent.run("What is 2 + 3?").pipe(Effect.provide(Pricing.genaiPrices))
      )
      const result = yield* run.exit
      expect(result).toMatchObject({
        output: "Five.",
        turns: 3,
        tokensIn: 72,
        tokensOut: 20,
        unmeasuredCalls: 0,
        unpricedCalls: 0
      })
      expect(resultsGiven(result.messages).map(({ isFailure }) => isFailure)).toEqual([true, false])
      expect(attributeOf(run, "loom.model.stream", "streaming")).toEqual([false, false, false])
      expect(attributeOf(run, "loom.model.stream", "retries")).toEqual([1, 0, 0])
      expect(attributeOf(run, "loom.model.stream", "finish_reason")).toEqual(["tool-calls", "tool-calls", "stop"])
      expect(attributeOf(run, "loom.model.stream", "usage_estimated_tokens")).toEqual([undefined, undefined, undefined])
      expect(metricsNamed(run, "loom.model.ttft_ms")).toEqual([])
      expect(spanNamed(run, "loom.run").attributes).toMatchObject({ tokens_in: 72, tokens_out: 20 })
      expect(flaws(run)).toEqual([])
    }))

  it.scopedLive("is stopped by its budget if the model invents tools forever", () =>
    Effect.gen(function*() {
      const invented = { ...calls("subtract", "{}"), usage: { input: 51_000, output: 30 } }
      const run = yield* withVendor(
        vendor,
        Array.from({ length: 8 }, () => invented),
        Agent.make({ ...options, streaming: false, budget: { maxTokens: 100_000 } }).run("What is 2 - 3?")
      )
      expect(yield* run.exit).toMatchObject({ interruptedReason: "budget:max_tokens", turns: 2, tokensIn: 102_000 })
    }))
})

describe("an answer in one piece", () => {
  it.scopedLive("of Bedrock has the tokens read from and written to the cache", () =>
    Effect.gen(function*() {
      const reported = {
        inputTokens: 5,
        outputTokens: 300,
        totalTokens: 130_513,
        cacheReadInputTokens: 128_955,
        cacheWriteInputTokens: 1253
      }
      const run = yield* withVendor(
        bedrock,
        [{ ...says("Five."), reported }],
        agent.run("What is 2 + 3?").pipe(Effect.provide(Pricing.genaiPrices))
      )
      expect(yield* run.exit).toMatchObject({ tokensIn: 130_213, cachedTokensIn: 128_955, tokensOut: 300 })
      const [span] = spansNamed(run, "loom.model.stream")
      expect(span!.attributes["cost_usd"]).toBeCloseTo(0.052690275, 12)
      expect(span!.attributes).toMatchObject({ cache_creation_tokens_in: 1253, provider: "aws.bedrock" })
    }))

  it.scopedLive("of OpenAI has the text of a refusal", () =>
    Effect.gen(function*() {
      const refusal: Answer = { kind: "answer", refusal: "I cannot.", usage: { input: 12, output: 4 } }
      const run = yield* withVendor(openai, [refusal], agent.run("Do harm"))
      const { finishReason, messages, output } = yield* run.exit
      expect({ finishReason, output }).toEqual({ finishReason: "refusal", output: "I cannot." })
      expect(messages.at(-1)).toMatchObject({ role: "assistant", content: [{ type: "text", text: "I cannot." }] })
    }))

  it.scopedLive("is one TextDelta, in a worker's stream as well", () =>
    Effect.gen(function*() {
      const worker = Agent.make({ name: "worker", instructions: "Answer.", streaming: false })
      const boss = Supervisor.make({ name: "boss", instructions: "", workers: { worker }, streaming: false })
      const delegated = calls("delegate", "{\"worker\":\"worker\",\"instructions\":\"Go\"}")
      const run = yield* withVendor(
        openai,
        [delegated, says("The answer of the worker."), says("The answer of the boss.")],
        boss.stream("Go", { workerEvents: true }).pipe(Stream.runCollect)
      )
      const texts = [...(yield* run.exit)].flatMap((event) => event._tag === "TextDelta" ? [event.text] : [])
      expect(texts).toEqual(["The answer of the worker.", "The answer of the boss."])
    }))
})
