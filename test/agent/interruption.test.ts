/**
 * Runs that are interrupted, timed out or abandoned: no span stays open, and the records show what happened.
 */
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Agent, type ScriptedTurn, Supervisor, Workflow } from "loom-telemetry/agent"
import { calling, talker } from "./arithmetic.js"
import { flaws, metricsNamed, outline, type Recorded, recorded, scripted, spansNamed } from "./recorded.js"
import { answeredWith } from "./vendorErrors.js"

const Wait = Tool.make("wait", { success: Schema.Void })
const waitTools = Toolkit.make(Wait)
const waiter = Agent.make({ name: "waiter", instructions: "", toolkit: waitTools })
const wait = calling({ id: "c1", name: "wait", params: {} })
const forever: ScriptedTurn = { text: "never said", delay: "1000 hours" }

/** Interrupts the program when `reached` is done, and returns what was recorded. */
const interruptedWhen = <A, E, R>(reached: Effect.Effect<unknown>, program: Effect.Effect<A, E, R>) =>
  recorded(Effect.gen(function*() {
    const fiber = yield* Effect.fork(program)
    yield* reached
    return yield* Effect.flatten(Fiber.interrupt(fiber))
  }))

/** Lets all fibers run until none can. */
const idle = Effect.yieldNow({ priority: 1 }).pipe(Effect.repeatN(200))

const outcomes = (run: Recorded<unknown, unknown>) => run.spans.map(({ outcome }) => outcome)

const sessions = (run: Recorded<unknown, unknown>) =>
  metricsNamed(run, "loom.session.duration_ms").map(({ architecture, outcome }) => `${architecture} ${outcome}`)

describe("a run leaves no span open if it is interrupted", () => {
  it.effect("in the model call", () =>
    Effect.gen(function*() {
      const run = yield* interruptedWhen(idle, talker("parrot").run("Hi", { userId: "alice" }).pipe(scripted(forever)))
      expect(outline(run)).toEqual([
        "loom.run [interrupted]",
        "  loom.turn [interrupted]",
        "    loom.model.stream [interrupted]"
      ])
      expect(flaws(run)).toEqual([])
      expect(metricsNamed(run, "loom.session.duration_ms")).toEqual([
        { architecture: "agent", outcome: "interrupted", user_id: "alice", value: 0 }
      ])
    }))

  it.effect("in a tool", () =>
    Effect.gen(function*() {
      const started = yield* Deferred.make<void>()
      const run = yield* interruptedWhen(
        Deferred.await(started),
        waiter.run("Go").pipe(
          Effect.provide(waitTools.toLayer({
            wait: () => Effect.zipRight(Deferred.succeed(started, undefined), Effect.never)
          })),
          scripted(wait)
        )
      )
      expect(outline(run)).toEqual([
        "loom.run [interrupted]",
        "  loom.turn [interrupted]",
        "    loom.model.stream",
        "    loom.tool [interrupted]"
      ])
      expect(spansNamed(run, "loom.tool")[0]!.attributes).toMatchObject({ ok: false, error: "interrupted" })
      expect(metricsNamed(run, "loom.tool.duration_ms")).toEqual([{ tool: "wait", ok: false, value: 0 }])
      expect(sessions(run)).toEqual(["agent interrupted"])
      expect(flaws(run)).toEqual([])
    }))

  it.effect("in a delegated worker", () =>
    Effect.gen(function*() {
      const boss = Supervisor.make({ name: "boss", instructions: "", workers: { writer: talker("writer") } })
      const run = yield* interruptedWhen(
        idle,
        boss.run("Go").pipe(
          scripted(
            calling({ id: "c1", name: "delegate", params: { worker: "writer", instructions: "Write" } }),
            forever
          )
        )
      )
      expect(outline(run)).toEqual([
        "loom.run [interrupted]",
        "  loom.turn [interrupted]",
        "    loom.model.stream",
        "    loom.tool [interrupted]",
        "      loom.run [interrupted]",
        "        loom.turn [interrupted]",
        "          loom.model.stream [interrupted]"
      ])
      expect(sessions(run)).toEqual(["agent interrupted", "supervisor interrupted"])
      expect(flaws(run)).toEqual([])
    }))

  it.effect("in the branches of a parallel workflow", () =>
    Effect.gen(function*() {
      const both = Workflow.parallel("both", { poet: talker("poet"), critic: talker("critic") })
      const run = yield* interruptedWhen(idle, both("Go").pipe(scripted(forever, forever)))
      expect(spansNamed(run, "loom.run")).toHaveLength(2)
      expect(new Set(outcomes(run))).toEqual(new Set(["interrupted"]))
      expect(sessions(run)).toEqual(["agent interrupted", "agent interrupted"])
      expect(flaws(run)).toEqual([])
    }))

  it.effect("because a parallel branch failed", () =>
    Effect.gen(function*() {
      const both = Workflow.parallel("both", { poet: talker("poet"), broken: () => Effect.fail("broken") })
      const run = yield* both("Go").pipe(scripted(forever), recorded)
      expect(yield* Effect.flip(run.exit)).toBe("broken")
      expect(outline(run, "node")).toEqual([
        "loom.workflow [failure]",
        "  loom.workflow.step node=poet [interrupted]",
        "    loom.run [interrupted]",
        "      loom.turn [interrupted]",
        "        loom.model.stream [interrupted]",
        "  loom.workflow.step node=broken [failure]"
      ])
      expect(sessions(run)).toEqual(["agent interrupted"])
      expect(flaws(run)).toEqual([])
    }))

  it.effect("between two attempts of a model call", () =>
    Effect.gen(function*() {
      const run = yield* interruptedWhen(
        idle,
        talker("parrot").run("Go").pipe(scripted({ error: answeredWith(429, { "retry-after": "60" }) }))
      )
      expect(new Set(outcomes(run))).toEqual(new Set(["interrupted"]))
      expect(flaws(run)).toEqual([])
    }))

  it.effect("by a timeout", () =>
    Effect.gen(function*() {
      const fiber = yield* talker("parrot").run("Go").pipe(
        Effect.timeout("3 seconds"),
        scripted(forever),
        recorded,
        Effect.fork
      )
      yield* TestClock.adjust("3 seconds")
      const run = yield* Fiber.join(fiber)
      expect((yield* Effect.flip(run.exit))._tag).toBe("TimeoutException")
      expect(new Set(outcomes(run))).toEqual(new Set(["interrupted"]))
      expect(run.spans.map(({ durationMs }) => durationMs)).toEqual([3000, 3000, 3000])
      expect(sessions(run)).toEqual(["agent interrupted"])
      expect(flaws(run)).toEqual([])
    }))

  it.effect("by its stream's consumer, in the middle of a tool", () =>
    Effect.gen(function*() {
      const run = yield* waiter.stream("Go").pipe(
        Stream.takeUntil(({ _tag }) => _tag === "ToolCall"),
        Stream.runDrain,
        Effect.provide(waitTools.toLayer({ wait: () => Effect.never })),
        scripted(wait),
        recorded
      )
      expect(outline(run)[0]).toBe("loom.run [interrupted]")
      expect(sessions(run)).toEqual(["agent interrupted"])
      expect(flaws(run)).toEqual([])
    }))

  it.effect("with its stream's consumer", () =>
    Effect.gen(function*() {
      const run = yield* interruptedWhen(
        idle,
        talker("parrot").stream("Go").pipe(Stream.runDrain, scripted(forever))
      )
      expect(new Set(outcomes(run))).toEqual(new Set(["interrupted"]))
      expect(sessions(run)).toEqual(["agent interrupted"])
      expect(flaws(run)).toEqual([])
    }))
})
