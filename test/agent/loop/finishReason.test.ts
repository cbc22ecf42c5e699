/**
 * How a run reports why its model stopped, and how it reacts.
 */
import * as AiError from "@effect/ai/AiError"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Agent, AgentError, type FinishReason, Pricing, ScriptedModel } from "loom-telemetry/agent"
import { add, arithmetic, ArithmeticLive, arithmeticTools, calling, talker } from "../arithmetic.js"
import { attributeOf, flaws } from "../recorded.js"
import { type Answer, block, call, calls, finish, parts, text, ways } from "./everyWay.js"

const plain = talker("parrot")

const refusedByOpenAi: Answer = parts(
  { type: "text-start", id: "m", metadata: { openai: { itemId: "m" } } as never },
  { type: "text-end", id: "m", metadata: { openai: { refusal: "I cannot help with that." } } as never },
  finish("stop", { openai: {} } as never)
)

const refusedByAnthropic: Answer = parts(
  ...block("I will not."),
  finish("content-filter", { anthropic: { usage: {} } } as never)
)

describe.each(ways)("the finish reason of a run %s", (_, ask) => {
  it.effect.each<readonly [reported: string, answer: Answer, FinishReason, output: string]>([
    ["stop", text("Hi"), "stop", "Hi"],
    ["length", text("Once upon", "length"), "length", "Once upon"],
    ["content-filter", text("", "content-filter"), "content-filter", ""],
    ["error", text("Oh", "error"), "error", "Oh"],
    ["other", text("Hm", "other"), "unknown", "Hm"],
    ["unknown", text("Hm", "unknown"), "unknown", "Hm"],
    ["a refusal by OpenAI", refusedByOpenAi, "refusal", "I cannot help with that."],
    ["a refusal by Anthropic", refusedByAnthropic, "refusal", "I will not."]
  ])("is that of the last model call: %s", ([, answer, finishReason, output]) =>
    Effect.gen(function*() {
      const run = yield* ask(plain, [answer])
      const result = yield* run.exit
      expect(result).toMatchObject({ finishReason, output, interruptedReason: null, turns: 1 })
      // The text is in the conversation, even if it is a refusal.
      expect(result.messages.slice(1).map(({ content }) => (content as ReadonlyArray<{ text: string }>)[0]!.text))
        .toEqual(output === "" ? [] : [output])
      expect(flaws(run)).toEqual([])
    }))

  it.effect("is on the span if the model refused", () =>
    Effect.gen(function*() {
      const run = yield* ask(plain, [refusedByOpenAi])
      expect(attributeOf(run, "loom.model.stream", "finish_reason")).toContain("refusal")
    }))

  it.effect("is stop if the run ends before the results of tools are sent: the answer itself is complete", () =>
    Effect.gen(function*() {
      const agent = Agent.make({ name: "a", instructions: "", toolkit: arithmeticTools, maxTurns: 1 })
      const run = yield* ask(agent, [calls(call("c1", "add", { a: 1, b: 2 }))])
      expect(yield* run.exit).toMatchObject({ finishReason: "stop", interruptedReason: "max_turns" })
    }).pipe(Effect.provide(ArithmeticLive)))
})

describe.each(ways)("a paused answer %s", (_, ask) => {
  it.effect("is continued, and its texts are joined", () =>
    Effect.gen(function*() {
      const run = yield* ask(plain, [text("Moths ", "pause"), text("are ", "pause"), text("nocturnal.")])
      const result = yield* run.exit
      expect(result).toMatchObject({ output: "Moths are nocturnal.", turns: 3, finishReason: "stop" })
      expect(result.messages.map(({ role }) => role)).toEqual(["user", "assistant", "assistant", "assistant"])
      expect(run.prompts.map(({ content }) => content.map(({ role }) => role).join(" "))).toEqual([
        "system user",
        "system user assistant",
        "system user assistant assistant"
      ])
    }))

  it.effect("is continued for at most maxTurns turns", () =>
    Effect.gen(function*() {
      const agent = Agent.make({ name: "a", instructions: "", maxTurns: 3 })
      const run = yield* ask(agent, [text("a", "pause"), text("b", "pause"), text("c", "pause")])
      expect(yield* run.exit).toMatchObject({
        output: "abc",
        turns: 3,
        finishReason: "pause",
        interruptedReason: "max_turns"
      })
    }))

  it.effect("may come before tool calls", () =>
    Effect.gen(function*() {
      const run = yield* ask(arithmetic, [
        text("Let me add. ", "pause"),
        calls(call("c1", "add", { a: 1, b: 2 })),
        text("It is 3.")
      ])
      expect(yield* run.exit).toMatchObject({ output: "It is 3.", turns: 3 })
    }).pipe(Effect.provide(ArithmeticLive)))
})

describe.each(ways)("what vendors reject in a request %s", (_, ask) => {
  it.effect.each<readonly [what: string, answer: Answer]>([
    ["an empty answer", parts(finish("stop"))],
    ["an answer of two line breaks", text("\n\n")],
    ["an answer of white space in two blocks", parts(...block(" ", "a"), ...block("\t\u00a0\n", "b"), finish("stop"))],
    [
      "an answer of reasoning alone",
      parts(
        { type: "reasoning-start", id: "r" },
        { type: "reasoning-delta", id: "r", delta: "Hm" },
        { type: "reasoning-end", id: "r" },
        finish("length")
      )
    ]
  ])("is left out of the history: %s", ([, answer]) =>
    Effect.gen(function*() {
      const run = yield* ask(plain, [answer])
      expect((yield* run.exit).messages.map(({ role }) => role)).toEqual(["user"])
    }))

  it.effect("is left out before a tool call too", () =>
    Effect.gen(function*() {
      const run = yield* ask(arithmetic, [
        parts(...block("\n\n"), call("c1", "add", { a: 1, b: 2 }), finish("tool-calls")),
        text("3")
      ])
      const { messages } = yield* run.exit
      expect((messages[1]!.content as ReadonlyArray<{ type: string }>).map(({ type }) => type)).toEqual(["tool-call"])
    }).pipe(Effect.provide(ArithmeticLive)))
})

const broken: Answer = Stream.fail(
  new AiError.UnknownError({ module: "Vendor", method: "streamText", description: "broken" })
) as never

describe.each(ways)("a run that fails in its third turn %s", (_, ask) => {
  it.effect("fails with what it has so far", () =>
    Effect.gen(function*() {
      const run = yield* ask(arithmetic, [
        calls(call("c1", "add", { a: 1, b: 2 })),
        calls(call("c2", "add", { a: 3, b: 2 })),
        broken
      ])
      const error = Exit.isFailure(run.exit) && run.exit.cause._tag === "Fail" ? run.exit.cause.error : undefined
      expect(error).toMatchObject({ turn: 2, turns: 3, tokensIn: 20, tokensOut: 4, costUsd: null })
      expect(error?.messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "assistant", "tool"])
    }).pipe(Effect.provide(ArithmeticLive)))
})

describe("an AgentError", () => {
  it.effect("counts the cost so far, and can be stored and read back", () =>
    Effect.gen(function*() {
      const error = yield* arithmetic.run("Go").pipe(
        Effect.provide(ArithmeticLive),
        Effect.provide(ScriptedModel.layer([calling(add("c1", 1, 2)), { error: new Error("broken") }])),
        Effect.provide(Pricing.table([{ model: "ScriptedModel", input: 1, output: 1 }])),
        Effect.flip
      )
      expect(error.costUsd).toBeCloseTo(38e-6, 12)
      const stored = JSON.parse(JSON.stringify(yield* Schema.encode(AgentError)(error)))
      const read = yield* Schema.decodeUnknown(AgentError)(stored)
      expect(read.messages).toEqual(error.messages)
      expect(read).toMatchObject({ agent: "arithmetic", turn: 1, turns: 2, tokensIn: 30, costUsd: error.costUsd })
    }))
})
