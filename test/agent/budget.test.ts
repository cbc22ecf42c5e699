/**
 * Budgets: a used-up budget ends a run with a reason, without an error, and with one metric per run.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { Agent, type Budget, Pricing, type ScriptedToolCall, type ScriptedTurn, Supervisor } from "loom-telemetry/agent"
import { add, ArithmeticLive, arithmeticTools, calling, resultsGiven, saying } from "./arithmetic.js"
import {
  attributeOf,
  flaws,
  metricsNamed,
  outline,
  recorded,
  type Records,
  scripted,
  spanNamed,
  spansNamed
} from "./recorded.js"
import { answeredWith } from "./vendorErrors.js"

const spender = (budget: Budget) => Agent.make({ name: "spender", instructions: "", toolkit: arithmeticTools, budget })

/** The spans in which these measurements were taken. */
const measuredIn = ({ metrics }: Records, name: string): ReadonlySet<string | undefined> =>
  new Set(metrics.filter((metric) => metric.name === name).map(({ spanId }) => spanId))

const idsOf = (run: Records, name: string): ReadonlySet<string> =>
  new Set(spansNamed(run, name).map(({ spanId }) => spanId))

const calls: ReadonlyArray<ScriptedTurn> = [1, 2, 3, 4].map((turn) => calling(add(`c${turn}`, turn, turn)))

const spending = (budget: Budget) =>
  spender(budget).run("Go", { userId: "alice" }).pipe(
    Effect.provide(ArithmeticLive),
    Effect.provide(Pricing.table([{ model: "ScriptedModel", input: 1_000_000, output: 0 }])),
    scripted(...calls),
    recorded
  )

const delegate = (id: string, worker: string): ScriptedToolCall => ({
  id,
  name: "delegate",
  params: { worker, instructions: "Go" }
})

describe("a budget", () => {
  // Sums that floating point gets wrong, amounts below a micro-dollar, and a limit that is not a multiple of the price.
  it.effect.each<readonly [limit: number, price: number]>([
    [1, 0.1],
    [3, 0.3],
    [10 / 3, 1 / 3],
    [1e-6, 1e-7],
    [1e-9, 1e-10],
    [3e-10, 3e-11],
    [9.5e-8, 1e-8],
    [12_345.6, 1234.56]
  ])(
    "of %d dollars is spent by ten calls of %d, and no eleventh is made",
    ([maxCostUsd, usd]) =>
      Effect.gen(function*() {
        const twelve = Array.from({ length: 12 }, (_, turn) => calling(add(`c${turn}`, turn, turn)))
        const run = yield* spender({ maxCostUsd }).run("Go").pipe(
          Effect.provide(ArithmeticLive),
          Effect.provide(Layer.succeed(Pricing, { price: () => Option.some({ usd, source: "test" }) })),
          scripted(...twelve),
          recorded
        )
        expect(yield* run.exit).toMatchObject({ interruptedReason: "budget:max_cost_usd", turns: 10 })
        expect(spansNamed(run, "loom.model.stream")).toHaveLength(10)
      })
  )

  it.effect("for cost is not spent by calls without a price, which are counted and logged", () =>
    Effect.gen(function*() {
      const warnings: Array<string> = []
      const logger = Logger.make(({ message }) => void warnings.push(String(message)))
      const priced = new Set([1])
      let call = 0
      const run = yield* spender({ maxCostUsd: 1 }).run("Go").pipe(
        Effect.provide(ArithmeticLive),
        Effect.provide(Layer.succeed(Pricing, {
          price: () => priced.has(++call) ? Option.some({ usd: 0.25, source: "test" }) : Option.none()
        })),
        scripted(calling(add("c1", 1, 1)), saying("Done.")),
        Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
        recorded
      )
      expect(yield* run.exit).toMatchObject({ costUsd: 0.25, unpricedCalls: 1, unmeasuredCalls: 0 })
      expect(attributeOf(run, "loom.run", "unpriced_calls")).toEqual([1])
      expect(warnings.filter((text) => text.includes("does not count for maxCostUsd"))).toHaveLength(1)
    }))

  it.effect.each<readonly [kind: string, budget: Budget]>([
    ["max_tokens", { maxTokens: 50 }],
    ["max_cost_usd", { maxCostUsd: 45 }]
  ])("of %s ends the run with its reason, and one metric", ([kind, budget]) =>
    Effect.gen(function*() {
      const run = yield* spending(budget)
      expect(yield* run.exit).toMatchObject({
        interruptedReason: `budget:${kind}`,
        turns: 2,
        tokensIn: 60,
        tokensOut: 16,
        costUsd: 60
      })
      expect(metricsNamed(run, "loom.budget.exceeded")).toEqual([{ kind, user_id: "alice", value: 1 }])
      expect(spanNamed(run, "loom.run")).toMatchObject({
        outcome: "success",
        attributes: { interrupted_reason: `budget:${kind}`, turns: 2 }
      })
      expect(metricsNamed(run, "loom.session.duration_ms").map(({ outcome }) => outcome)).toEqual(["success"])
      expect(flaws(run)).toEqual([])
    }))

  it.effect("of max_wall_clock ends the run with its reason, and one metric", () =>
    Effect.gen(function*() {
      const program = spender({ maxWallClock: "5 seconds" }).run("Go", { userId: "alice" }).pipe(
        Effect.provide(ArithmeticLive),
        scripted(...calls.map((turn): ScriptedTurn => ({ ...turn, delay: "2 seconds" }))),
        recorded
      )
      const fiber = yield* Effect.fork(program)
      yield* TestClock.adjust("1 minute")
      const run = yield* Fiber.join(fiber)
      expect(yield* run.exit).toMatchObject({ interruptedReason: "budget:max_wall_clock", turns: 3 })
      expect(metricsNamed(run, "loom.budget.exceeded")).toEqual([
        { kind: "max_wall_clock", user_id: "alice", value: 1 }
      ])
      expect(spanNamed(run, "loom.run").durationMs).toBe(6000)
    }))

  it.effect("that is not used up changes nothing", () =>
    Effect.gen(function*() {
      const run = yield* spender({ maxTokens: 1000, maxCostUsd: 1, maxWallClock: "1 hour" }).run("Go").pipe(
        scripted(saying("Hi")),
        Effect.provide(ArithmeticLive),
        recorded
      )
      expect(yield* run.exit).toMatchObject({ interruptedReason: null, output: "Hi" })
      expect(metricsNamed(run, "loom.budget.exceeded")).toEqual([])
    }))

  it.effect("that the last answer uses up does not discard the answer", () =>
    Effect.gen(function*() {
      const run = yield* spender({ maxTokens: 10 }).run("Go").pipe(
        scripted(saying("Hi")),
        Effect.provide(ArithmeticLive),
        recorded
      )
      expect(yield* run.exit).toMatchObject({ interruptedReason: null, output: "Hi" })
    }))

  it.effect("of 0 allows no model call", () =>
    Effect.gen(function*() {
      const run = yield* spending({ maxTokens: 0 })
      expect(yield* run.exit).toMatchObject({ interruptedReason: "budget:max_tokens", turns: 0, output: "" })
      expect(outline(run)).toEqual(["loom.run"])
      expect(metricsNamed(run, "loom.budget.exceeded")).toHaveLength(1)
    }))

  it.effect("applies to one run: the next starts afresh", () =>
    Effect.gen(function*() {
      const agent = spender({ maxTokens: 30 })
      const run = yield* Effect.all([agent.run("a"), agent.run("b"), agent.run("c")]).pipe(
        scripted(saying("a"), saying("b"), saying("c")),
        Effect.provide(ArithmeticLive),
        recorded
      )
      expect((yield* run.exit).map(({ interruptedReason }) => interruptedReason)).toEqual([null, null, null])
    }))

  it.effect("of a supervisor stops its workers too, with one metric per run", () =>
    Effect.gen(function*() {
      const worker = Agent.make({ name: "worker", instructions: "", toolkit: arithmeticTools })
      const boss = Supervisor.make({
        name: "boss",
        instructions: "",
        workers: { one: worker, two: worker },
        budget: { maxTokens: 100 }
      })
      const run = yield* boss.run("Go", { userId: "alice" }).pipe(
        Effect.provide(ArithmeticLive),
        scripted(calling(delegate("c1", "one"), delegate("c2", "two")), ...calls),
        recorded
      )
      const result = yield* run.exit
      expect(result.interruptedReason).toBe("budget:max_tokens")
      expect(attributeOf(run, "loom.run", "interrupted_reason")).toEqual([
        "budget:max_tokens",
        "budget:max_tokens",
        "budget:max_tokens"
      ])
      expect(metricsNamed(run, "loom.budget.exceeded")).toEqual(
        Array.from({ length: 3 }, () => ({ kind: "max_tokens", user_id: "alice", value: 1 }))
      )
      expect(measuredIn(run, "loom.budget.exceeded")).toEqual(idsOf(run, "loom.run"))
      expect(resultsGiven(result.messages)[0]).toEqual({
        id: "c1",
        result: "\n[The worker was stopped: budget:max_tokens]",
        isFailure: false
      })
      // The budget is spent before the workers' own tool calls start.
      expect(attributeOf(run, "loom.tool", "tool")).toEqual(["delegate", "add", "delegate", "add"])
      expect(attributeOf(run, "loom.tool", "ok")).toEqual([true, false, true, false])
      expect(flaws(run)).toEqual([])
    }))

  it.effect("of a supervisor stops the workers of its workers, with one metric per run", () =>
    Effect.gen(function*() {
      const worker = Agent.make({ name: "worker", instructions: "", toolkit: arithmeticTools })
      const middle = Supervisor.make({ name: "middle", instructions: "", workers: { one: worker, two: worker } })
      const boss = Supervisor.make({
        name: "boss",
        instructions: "",
        workers: { middle },
        budget: { maxTokens: 100 }
      })
      const run = yield* boss.run("Go", { userId: "alice" }).pipe(
        Effect.provide(ArithmeticLive),
        scripted(calling(delegate("c1", "middle")), calling(delegate("c2", "one"), delegate("c3", "two")), ...calls),
        recorded
      )
      expect((yield* run.exit).interruptedReason).toBe("budget:max_tokens")
      expect(attributeOf(run, "loom.run", "interrupted_reason")).toEqual(
        Array.from({ length: 4 }, () => "budget:max_tokens")
      )
      expect(measuredIn(run, "loom.budget.exceeded")).toEqual(idsOf(run, "loom.run"))
    }))

  it.effect("of a worker stops only the worker", () =>
    Effect.gen(function*() {
      const worker = spender({ maxTokens: 30 })
      const boss = Supervisor.make({
        name: "boss",
        instructions: "",
        workers: { worker },
        budget: { maxTokens: 10_000 }
      })
      const run = yield* boss.run("Go", { userId: "alice" }).pipe(
        Effect.provide(ArithmeticLive),
        scripted(calling(delegate("c1", "worker")), calling(add("c2", 1, 1)), saying("done")),
        recorded
      )
      expect(yield* run.exit).toMatchObject({ interruptedReason: null, output: "done", tokensIn: 72 })
      expect(attributeOf(run, "loom.run", "interrupted_reason")).toEqual([undefined, "budget:max_tokens"])
      expect(metricsNamed(run, "loom.budget.exceeded")).toHaveLength(1)
    }))

  it.effect("for cost ignores calls without a known price", () =>
    Effect.gen(function*() {
      const run = yield* talkerWith({ maxCostUsd: 1 }).run("Go").pipe(scripted(saying("Hi")), recorded)
      expect(yield* run.exit).toMatchObject({ interruptedReason: null, costUsd: null })
    }))

  it.effect("is checked before a retry, and ends the run without an error", () =>
    Effect.gen(function*() {
      const agent = Agent.make({
        name: "waiter",
        instructions: "",
        budget: { maxWallClock: "5 seconds" },
        modelRetries: 9
      })
      const busy = { error: answeredWith(429, { "retry-after": "3" }) }
      const fiber = yield* agent.run("Go", { userId: "alice" }).pipe(
        scripted(busy, busy, busy, { text: "too late" }),
        recorded,
        Effect.fork
      )
      yield* TestClock.adjust("1 minute")
      const run = yield* Fiber.join(fiber)
      expect(yield* run.exit).toMatchObject({ interruptedReason: "budget:max_wall_clock", turns: 1, output: "" })
      expect(metricsNamed(run, "loom.budget.exceeded")).toEqual([
        { kind: "max_wall_clock", user_id: "alice", value: 1 }
      ])
      // There is a retry at 3 s, and none at 6 s.
      expect(spanNamed(run, "loom.model.stream")).toMatchObject({ outcome: "failure", attributes: { retries: 1 } })
      expect(spanNamed(run, "loom.run")).toMatchObject({
        outcome: "success",
        attributes: { turns: 1, interrupted_reason: "budget:max_wall_clock" }
      })
    }))
})

const talkerWith = (budget: Budget) => Agent.make({ name: "talker", instructions: "", budget })
