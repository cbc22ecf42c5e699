/**
 * A run of an agent: its spans, its metrics and its result.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { RunContext } from "loom-telemetry"
import { Agent } from "loom-telemetry/agent"
import { add, arithmetic, ArithmeticLive, arithmeticTools, calling, saying, talker } from "./arithmetic.js"
import { attributeOf, flaws, metricsNamed, outline, recorded, scripted, spanNamed, spansNamed } from "./recorded.js"

const answered = arithmetic.run("What is 2 + 3?", { userId: "alice", sessionId: "s-1" }).pipe(
  Effect.provide(ArithmeticLive),
  scripted(calling(add("c1", 2, 3)), saying("The sum is 5.")),
  recorded
)

describe("a run", () => {
  it.effect("is a tree of run, turns, model calls and tools", () =>
    Effect.gen(function*() {
      const run = yield* answered
      expect(outline(run, "turn", "tool")).toEqual([
        "loom.run",
        "  loom.turn turn=0",
        "    loom.model.stream",
        "    loom.tool tool=add",
        "  loom.turn turn=1",
        "    loom.model.stream"
      ])
      expect(flaws(run)).toEqual([])
    }))

  it.effect("records on loom.run who ran, and what it used", () =>
    Effect.gen(function*() {
      const run = yield* answered
      expect(spanNamed(run, "loom.run").attributes).toEqual({
        session_id: "s-1",
        user_id: "alice",
        run_id: expect.stringMatching(/^run_[0-9A-HJKMNP-TV-Z]{26}$/),
        architecture: "agent",
        agent: "arithmetic",
        model: "ScriptedModel",
        max_turns: 50,
        turns: 2,
        tokens_in: 42,
        tokens_out: 12,
        agent_version: expect.stringMatching(/^[0-9a-f]{12}$/)
      })
    }))

  it.effect("records the turn on loom.turn", () =>
    Effect.gen(function*() {
      expect(spansNamed(yield* answered, "loom.turn").map(({ attributes }) => attributes)).toEqual([
        { turn: 0, session_id: "s-1", user_id: "alice" },
        { turn: 1, session_id: "s-1", user_id: "alice" }
      ])
    }))

  it.effect("records on loom.model.stream what the call used", () =>
    Effect.gen(function*() {
      expect(spansNamed(yield* answered, "loom.model.stream")[1]!.attributes).toEqual({
        model: "ScriptedModel",
        provider: "scripted",
        streaming: true,
        response_model: "ScriptedModel",
        tokens_in: 12,
        tokens_out: 4,
        retries: 0,
        ttft_ms: 0,
        finish_reason: "stop",
        session_id: "s-1",
        user_id: "alice"
      })
    }))

  it.effect("records on loom.tool which call it was and how it went", () =>
    Effect.gen(function*() {
      expect(spanNamed(yield* answered, "loom.tool").attributes).toEqual({
        tool: "add",
        call_id: "c1",
        arguments_digest: expect.stringMatching(/^[0-9a-f]{12}$/),
        ok: true,
        duration_ms: 0,
        session_id: "s-1",
        user_id: "alice"
      })
    }))

  it.effect("emits its metrics with their attributes, and nothing else", () =>
    Effect.gen(function*() {
      const { metrics } = yield* answered
      const call = { model: "ScriptedModel", user_id: "alice" }
      expect(metrics.map(({ attributes, instrumentKind, name, value }) => [name, value, instrumentKind, attributes]))
        .toEqual([
          ["loom.model.ttft_ms", 0, "histogram", call],
          ["loom.tokens.input", 30, "counter", call],
          ["loom.tokens.output", 8, "counter", call],
          ["loom.tool.duration_ms", 0, "histogram", { tool: "add", ok: true, user_id: "alice" }],
          ["loom.model.ttft_ms", 0, "histogram", call],
          ["loom.tokens.input", 12, "counter", call],
          ["loom.tokens.output", 4, "counter", call],
          ["loom.session.duration_ms", 0, "histogram", { architecture: "agent", outcome: "success", user_id: "alice" }]
        ])
    }))

  it.effect("takes each measurement inside its span", () =>
    Effect.gen(function*() {
      const run = yield* answered
      const nameOf = new Map(run.spans.map(({ name, spanId }) => [spanId, name]))
      expect(new Set(run.metrics.map(({ name, spanId }) => `${name} in ${nameOf.get(spanId!)}`))).toEqual(
        new Set([
          "loom.model.ttft_ms in loom.model.stream",
          "loom.tokens.input in loom.model.stream",
          "loom.tokens.output in loom.model.stream",
          "loom.tool.duration_ms in loom.tool",
          "loom.session.duration_ms in loom.run"
        ])
      )
    }))

  it.effect("returns its result", () =>
    Effect.gen(function*() {
      const { exit, ...run } = yield* answered
      const result = yield* exit
      expect(result).toMatchObject({
        output: "The sum is 5.",
        turns: 2,
        tokensIn: 42,
        tokensOut: 12,
        cachedTokensIn: 0,
        costUsd: null,
        sessionId: "s-1",
        interruptedReason: null
      })
      expect(result.runId).toBe(spanNamed(run, "loom.run").attributes["run_id"])
      expect(result.messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "assistant"])
    }))

  it.effect("is its own session if none is given", () =>
    Effect.gen(function*() {
      const run = yield* talker("parrot").run("Hi").pipe(scripted(saying("Hi")), recorded)
      const result = yield* run.exit
      expect(result.sessionId).toBe(result.runId)
      expect(new Set(run.spans.map(({ attributes }) => attributes["session_id"]))).toEqual(new Set([result.runId]))
      expect(run.spans.every(({ attributes }) => !("user_id" in attributes))).toBe(true)
    }))

  it.effect("inherits the user and session around it if none are given", () =>
    Effect.gen(function*() {
      const run = yield* talker("parrot").run("Hi").pipe(
        RunContext.with({ userId: "bob", sessionId: "s-9" }),
        scripted(saying("Hi")),
        recorded
      )
      expect((yield* run.exit).sessionId).toBe("s-9")
      expect(attributeOf(run, "loom.model.stream", "user_id")).toEqual(["bob"])
      expect(metricsNamed(run, "loom.tokens.input")).toEqual([{ model: "ScriptedModel", user_id: "bob", value: 12 }])
    }))

  it.effect("gives every run its own complete id", () =>
    Effect.gen(function*() {
      const ids = yield* Effect.replicateEffect(Effect.map(talker("parrot").run("Hi"), ({ runId }) => runId), 50)
        .pipe(scripted(...Array.from({ length: 50 }, () => saying("a"))))
      expect(new Set(ids).size).toBe(50)
      expect(ids.filter((id) => !/^run_[0-9A-HJKMNP-TV-Z]{26}$/.test(id))).toEqual([])
    }))

  it.effect("continues an earlier run, given its messages", () =>
    Effect.gen(function*() {
      const result = yield* arithmetic.run("And 2 + 3?").pipe(
        Effect.flatMap(({ messages }) => arithmetic.run("Thanks", { history: messages })),
        Effect.provide(ArithmeticLive),
        scripted(calling(add("c1", 2, 3)), saying("5"), saying("You are welcome"))
      )
      expect(result.messages.map(({ role }) => role)).toEqual([
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
        "assistant"
      ])
    }))

  it.effect("ends after its last turn, with the reason", () =>
    Effect.gen(function*() {
      const agent = Agent.make({ name: "a", instructions: "", toolkit: arithmeticTools, maxTurns: 2 })
      const run = yield* agent.run("Count").pipe(
        Effect.provide(ArithmeticLive),
        scripted(calling(add("c1", 1, 1)), calling(add("c2", 2, 1)), saying("never said")),
        recorded
      )
      expect(yield* run.exit).toMatchObject({ turns: 2, interruptedReason: "max_turns", output: "" })
      expect(spanNamed(run, "loom.run").attributes).toMatchObject({
        max_turns: 2,
        turns: 2,
        interrupted_reason: "max_turns"
      })
      expect(spanNamed(run, "loom.run").outcome).toBe("success")
      expect(metricsNamed(run, "loom.budget.exceeded")).toEqual([])
    }))

  it.effect("returns the same result without telemetry", () =>
    Effect.gen(function*() {
      const result = yield* arithmetic.run("What is 2 + 3?").pipe(
        Effect.provide(ArithmeticLive),
        scripted(calling(add("c1", 2, 3)), saying("5"))
      )
      expect(result).toMatchObject({ output: "5", turns: 2, tokensIn: 42 })
    }))

  it.effect("counts cached and reasoning tokens", () =>
    Effect.gen(function*() {
      const usage = { inputTokens: 100, outputTokens: 20, cachedInputTokens: 60, reasoningTokens: 5 }
      const run = yield* talker("thinker").run("Hm").pipe(
        scripted({ reasoning: "Let me see.", text: "42", usage }),
        recorded
      )
      expect(yield* run.exit).toMatchObject({ output: "42", tokensIn: 100, cachedTokensIn: 60 })
      expect(spanNamed(run, "loom.model.stream").attributes).toMatchObject({
        tokens_in: 100,
        cached_tokens_in: 60,
        tokens_out: 20,
        reasoning_tokens_out: 5
      })
    }))

  it.effect("is separate from concurrent runs", () =>
    Effect.gen(function*() {
      const users = Array.from({ length: 20 }, (_, index) => `user-${index}`)
      const run = yield* Effect.forEach(
        users,
        (userId) => arithmetic.run("?", { userId }).pipe(scripted(calling(add("c1", 1, 2)), saying(userId))),
        { concurrency: "unbounded" }
      ).pipe(Effect.provide(ArithmeticLive), recorded)
      const results = yield* run.exit
      expect(results.map(({ output }) => output)).toEqual(users)
      const usersOf = new Map<string, Set<unknown>>()
      for (const { attributes, traceId } of run.spans) {
        usersOf.set(traceId, (usersOf.get(traceId) ?? new Set()).add(attributes["user_id"]))
      }
      expect([...usersOf.values()].map((of) => [...of])).toEqual(expect.arrayContaining(users.map((user) => [user])))
      expect(usersOf.size).toBe(20)
    }))
})
