/**
 * Limits of tools: their time, their number in one turn, and the budget.
 */
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { Agent, type Budget } from "loom-telemetry/agent"
import { resultsGiven } from "../arithmetic.js"
import { attributeOf, flaws, metricsNamed, spansNamed } from "../recorded.js"
import { call, calls, text, ways } from "./everyWay.js"

const toolkit = Toolkit.make(Tool.make("work", { description: "Works", success: Schema.String }))

const logged = (messages: Array<string>) =>
  Logger.replace(Logger.defaultLogger, Logger.make(({ message }) => messages.push(String(message))))

describe.each(ways)("a tool with a time limit %s", (_, ask) => {
  const agent = (budget?: Budget) =>
    Agent.make({ name: "patient", instructions: "", toolkit, toolTimeout: "1 second", budget })

  const timedOut = { id: "c1", result: "The tool did not answer within 1s", isFailure: true }

  it.effect("that cannot be interrupted does not hold up the run, and keeps running", () =>
    Effect.gen(function*() {
      const warnings: Array<string> = []
      let ended = 0
      const stubborn = Effect.uninterruptible(Effect.sleep("1 hour")).pipe(
        Effect.zipRight(Effect.sync(() => ++ended)),
        Effect.as("late"),
        Effect.uninterruptible
      )
      const fiber = yield* ask(agent(), [calls(call("c1", "work")), text("It takes too long.")]).pipe(
        Effect.provide(toolkit.toLayer({ work: () => stubborn })),
        Effect.provide(logged(warnings)),
        Effect.fork
      )
      yield* TestClock.adjust("1 second")
      const run = yield* Fiber.join(fiber)
      const result = yield* run.exit
      expect(result.output).toBe("It takes too long.")
      expect(resultsGiven(result.messages)).toEqual([timedOut])
      expect(spansNamed(run, "loom.tool").at(-1)).toMatchObject({
        outcome: "failure",
        durationMs: 1000,
        attributes: { ok: false, left_running: true, duration_ms: 1000 }
      })
      expect(attributeOf(run, "loom.run", "tools_left_running").at(-1)).toBe(1)
      expect(warnings.filter((message) => message.includes("The tool \"work\" did not end"))).toHaveLength(1)
      expect(ended).toBe(0)
      yield* TestClock.adjust("1 hour")
      expect(ended).toBe(1)
      expect(flaws(run)).toEqual([])
    }))

  it.effect("that cannot be interrupted does not hold up maxWallClock", () =>
    Effect.gen(function*() {
      const fiber = yield* ask(agent({ maxWallClock: "900 millis" }), [calls(call("c1", "work"))]).pipe(
        Effect.provide(toolkit.toLayer({ work: () => Effect.as(Effect.uninterruptible(Effect.sleep("1 hour")), "") })),
        Effect.fork
      )
      yield* TestClock.adjust("1 second")
      const run = yield* Fiber.join(fiber)
      expect(yield* run.exit).toMatchObject({ interruptedReason: "budget:max_wall_clock", turns: 1 })
    }))

  it.effect("whose cleanup never ends does not hold up the run", () =>
    Effect.gen(function*() {
      const fiber = yield* ask(agent(), [calls(call("c1", "work")), text("Well.")]).pipe(
        Effect.provide(toolkit.toLayer({ work: () => Effect.never.pipe(Effect.ensuring(Effect.never)) })),
        Effect.fork
      )
      yield* TestClock.adjust("1 second")
      const run = yield* Fiber.join(fiber)
      expect((yield* run.exit).output).toBe("Well.")
      expect(attributeOf(run, "loom.tool", "left_running").at(-1)).toBe(true)
    }))

  it.effect("that can be interrupted ends with its children, and is not left running", () =>
    Effect.gen(function*() {
      const ended: Array<string> = []
      const interruptible = Effect.fork(Effect.onInterrupt(Effect.never, () => Effect.sync(() => ended.push("child"))))
        .pipe(
          Effect.zipRight(Effect.never),
          Effect.onInterrupt(() => Effect.sync(() => ended.push("tool")))
        )
      const fiber = yield* ask(agent(), [calls(call("c1", "work")), text("Well.")]).pipe(
        Effect.provide(toolkit.toLayer({ work: () => interruptible })),
        Effect.fork
      )
      yield* TestClock.adjust("1 second")
      const run = yield* Fiber.join(fiber)
      expect(resultsGiven((yield* run.exit).messages)).toEqual([timedOut])
      expect(ended).toEqual(["tool", "child"])
      expect(attributeOf(run, "loom.tool", "left_running").at(-1)).toBeUndefined()
      expect(attributeOf(run, "loom.run", "tools_left_running").at(-1)).toBeUndefined()
    }))

  it.effect("is interrupted with the run", () =>
    Effect.gen(function*() {
      let interrupted = 0
      const never = Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted++))
      const fiber = yield* ask(agent(), [calls(call("c1", "work"))]).pipe(
        Effect.provide(toolkit.toLayer({ work: () => never })),
        Effect.fork
      )
      yield* TestClock.adjust("500 millis")
      yield* Fiber.interrupt(fiber)
      expect(interrupted).toBe(1)
    }))
})

const many = calls(...Array.from({ length: 500 }, (_, index) => call(`c${index}`, "work")))

describe.each(ways)("500 tool calls in one turn %s", (_, ask) => {
  const counting = (ran: Array<string>) =>
    Effect.provide(toolkit.toLayer({ work: () => Effect.sync(() => String(ran.push("ran"))) }))

  it.effect("run up to maxToolCallsPerTurn; the model receives an error for the others", () =>
    Effect.gen(function*() {
      const ran: Array<string> = []
      const agent = Agent.make({ name: "busy", instructions: "", toolkit, maxToolCallsPerTurn: 20 })
      const run = yield* ask(agent, [many, text("Done.")]).pipe(counting(ran))
      const results = resultsGiven((yield* run.exit).messages)
      expect(ran).toHaveLength(20)
      expect(results.filter(({ isFailure }) => !isFailure)).toHaveLength(20)
      expect(results.at(-1)).toEqual({
        id: "c499",
        result: "Not run: at most 20 tool calls are run per turn",
        isFailure: true
      })
      expect(metricsNamed(run, "loom.tool.duration_ms").filter(({ ok, tool }) => tool === "work" && ok === false))
        .toHaveLength(480)
    }))

  it.effect("do not start if the budget is spent", () =>
    Effect.gen(function*() {
      const ran: Array<string> = []
      const agent = Agent.make({ name: "busy", instructions: "", toolkit, budget: { maxTokens: 12 } })
      const run = yield* ask(agent, [many]).pipe(counting(ran))
      const result = yield* run.exit
      expect(result).toMatchObject({ interruptedReason: "budget:max_tokens", turns: 1 })
      expect(ran).toEqual([])
      // Each call has its result, so that the conversation can be continued.
      expect(resultsGiven(result.messages)).toHaveLength(500)
      expect(resultsGiven(result.messages)[0]).toMatchObject({ result: "Not run: budget:max_tokens", isFailure: true })
    }))

  it.effect("no longer start when the time is up", () =>
    Effect.gen(function*() {
      const ran: Array<string> = []
      const agent = Agent.make({
        name: "busy",
        instructions: "",
        toolkit,
        toolConcurrency: 1,
        budget: { maxWallClock: "3 seconds" }
      })
      const fiber = yield* ask(agent, [many]).pipe(
        Effect.provide(toolkit.toLayer({
          work: () => Effect.zipRight(Effect.sleep("1 second"), Effect.sync(() => String(ran.push("ran"))))
        })),
        Effect.fork
      )
      yield* TestClock.adjust("1 hour")
      expect(yield* (yield* Fiber.join(fiber)).exit).toMatchObject({ interruptedReason: "budget:max_wall_clock" })
      expect(ran).toHaveLength(3)
    }))

  it.effect("need a valid maxToolCallsPerTurn", () =>
    Effect.sync(() => {
      expect(() => Agent.make({ name: "a", instructions: "", maxToolCallsPerTurn: NaN })).toThrow(RangeError)
    }))
})
