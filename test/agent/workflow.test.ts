/**
 * Workflows: their spans name step, node and pattern; their values and errors are those of their steps.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { RunContext } from "loom-telemetry"
import { Workflow } from "loom-telemetry/agent"
import { saying, talker } from "./arithmetic.js"
import { attributeOf, flaws, outline, recorded, scripted, spanNamed } from "./recorded.js"

const double = (n: number) => Effect.succeed(n * 2)
const show = (n: number) => Effect.succeed(`it is ${n}`)

class NoPaper extends Data.TaggedError("NoPaper")<{ readonly tray: number }> {}

const steps = (run: Parameters<typeof outline>[0]) => outline(run, "workflow", "step", "node", "pattern")

describe("a chain", () => {
  const doubling = Workflow.chain("doubling", [double, double, show])

  it.effect("passes each step the output of the one before", () =>
    Effect.gen(function*() {
      expect(yield* doubling(5)).toBe("it is 20")
    }))

  it.effect("is a span with a child for each step", () =>
    Effect.gen(function*() {
      const run = yield* doubling(5).pipe(RunContext.with({ userId: "alice" }), recorded)
      expect(steps(run)).toEqual([
        "loom.workflow workflow=doubling pattern=chain",
        "  loom.workflow.step step=0 node=double pattern=chain",
        "  loom.workflow.step step=1 node=double pattern=chain",
        "  loom.workflow.step step=2 node=show pattern=chain"
      ])
      expect(run.spans.map(({ attributes }) => attributes["user_id"])).toEqual(run.spans.map(() => "alice"))
      expect(flaws(run)).toEqual([])
    }))

  it.effect("names an anonymous step by its ordinal", () =>
    Effect.gen(function*() {
      const run = yield* Workflow.chain("c", [(n: number) => double(n), Object.assign(() => Effect.void, {})])(1).pipe(
        recorded
      )
      expect(attributeOf(run, "loom.workflow.step", "node")).toEqual(["step-0", "step-1"])
    }))

  it.effect("ends with the error of the step that fails, and the next steps do not run", () =>
    Effect.gen(function*() {
      const print = (_: number) => new NoPaper({ tray: 2 })
      const run = yield* Workflow.chain("printing", [double, print, show])(1).pipe(recorded)
      expect(yield* Effect.flip(run.exit)).toEqual(new NoPaper({ tray: 2 }))
      expect(steps(run)).toEqual([
        "loom.workflow workflow=printing pattern=chain [failure]",
        "  loom.workflow.step step=0 node=double pattern=chain",
        "  loom.workflow.step step=1 node=print pattern=chain [failure]"
      ])
    }))

  it.effect("numbers its steps from 0 in each run, even in concurrent ones", () =>
    Effect.gen(function*() {
      const run = yield* Effect.all([doubling(1), doubling(2)], { concurrency: 2 }).pipe(recorded)
      expect(attributeOf(run, "loom.workflow.step", "step")).toEqual([0, 1, 2, 0, 1, 2])
    }))

  it.effect("records a step that throws as its failure", () =>
    Effect.gen(function*() {
      const broken = (_: number): Effect.Effect<number> => {
        throw new Error("broken")
      }
      const run = yield* Workflow.chain("c", [broken])(1).pipe(recorded)
      expect(steps(run)).toEqual([
        "loom.workflow workflow=c pattern=chain [failure]",
        "  loom.workflow.step step=0 node=broken pattern=chain [failure]"
      ])
    }))
})

describe("a route", () => {
  const support = Workflow.route("support", {
    classify: (question: string) => Effect.succeed(question.includes("money") ? " billing\n" : "toString"),
    routes: {
      billing: (question: string) => Effect.succeed(`billing: ${question}`),
      technical: (question: string) => Effect.succeed(`technical: ${question}`)
    },
    otherwise: (question: string) => Effect.succeed(`somebody: ${question}`)
  })

  it.effect("takes the route that the classifier names", () =>
    Effect.gen(function*() {
      const run = yield* support("my money").pipe(recorded)
      expect(yield* run.exit).toBe("billing: my money")
      expect(steps(run)).toEqual([
        "loom.workflow workflow=support pattern=route",
        "  loom.workflow.step step=0 node=classify pattern=route",
        "  loom.workflow.step step=1 node=billing pattern=route"
      ])
    }))

  it.effect("runs `otherwise` if there is no route with that name", () =>
    Effect.gen(function*() {
      const run = yield* support("hello").pipe(recorded)
      expect(yield* run.exit).toBe("somebody: hello")
      expect(attributeOf(run, "loom.workflow.step", "node")).toEqual(["classify", "otherwise"])
    }))

  it.effect("can be classified by an agent, whose call is measured", () =>
    Effect.gen(function*() {
      const route = Workflow.route("support", {
        classify: talker("classifier"),
        routes: { billing: talker("accountant") },
        otherwise: talker("clerk")
      })
      const run = yield* route("my money").pipe(scripted(saying("billing"), saying("It is gone.")), recorded)
      expect(yield* run.exit).toBe("It is gone.")
      expect(outline(run, "node", "agent")).toEqual([
        "loom.workflow",
        "  loom.workflow.step node=classify",
        "    loom.run agent=classifier",
        "      loom.turn",
        "        loom.model.stream",
        "  loom.workflow.step node=billing",
        "    loom.run agent=accountant",
        "      loom.turn",
        "        loom.model.stream"
      ])
    }))
})

describe("parallel branches", () => {
  it.effect("run concurrently and return their outputs by name", () =>
    Effect.gen(function*() {
      const started = yield* Effect.all([Deferred.make<void>(), Deferred.make<void>()])
      const branch = (index: 0 | 1) => (n: number) =>
        Deferred.succeed(started[index], undefined).pipe(
          Effect.zipRight(Effect.all(started.map((one) => Deferred.await(one)))),
          Effect.as(n + index)
        )
      const run = yield* Workflow.parallel("both", { one: branch(0), two: branch(1) })(1).pipe(recorded)
      expect(yield* run.exit).toEqual({ one: 1, two: 2 })
      expect(steps(run)).toEqual([
        "loom.workflow workflow=both pattern=parallel",
        "  loom.workflow.step step=0 node=one pattern=parallel",
        "  loom.workflow.step step=1 node=two pattern=parallel"
      ])
    }))

  it.effect("are interrupted when one of them fails, and fail with its error", () =>
    Effect.gen(function*() {
      const others = yield* Effect.all([Deferred.make<void>(), Deferred.make<void>()])
      const waiting = (index: 0 | 1) => (_: string) =>
        Effect.zipRight(Deferred.succeed(others[index], undefined), Effect.never)
      const failing = (_: string) =>
        Effect.zipRight(Effect.all(others.map((one) => Deferred.await(one))), new NoPaper({ tray: 1 }))
      const inner = Workflow.chain("inner", [waiting(1)])
      const run = yield* Workflow.parallel("three", { before: waiting(0), failing, after: inner })("go").pipe(recorded)
      expect(yield* Effect.flip(run.exit)).toEqual(new NoPaper({ tray: 1 }))
      expect(steps(run)).toEqual([
        "loom.workflow workflow=three pattern=parallel [failure]",
        "  loom.workflow.step step=0 node=before pattern=parallel [interrupted]",
        "  loom.workflow.step step=1 node=failing pattern=parallel [failure]",
        "  loom.workflow.step step=2 node=after pattern=parallel [interrupted]",
        "    loom.workflow workflow=inner pattern=chain [interrupted]",
        "      loom.workflow.step step=0 node=step-0 pattern=chain [interrupted]"
      ])
      expect(
        spanNamed({ spans: run.spans.filter(({ attributes }) => attributes["workflow"] === "three") }, "loom.workflow")
      )
        .toMatchObject({ exception: "NoPaper" })
      expect(flaws(run)).toEqual([])
    }))

  it.effect("can be agents, each with its own run", () =>
    Effect.gen(function*() {
      const both = Workflow.parallel("both", { poet: talker("poet"), critic: talker("critic") })
      const run = yield* both("A moth").pipe(scripted(saying("x"), saying("y")), recorded)
      expect(Object.keys(yield* run.exit)).toEqual(["poet", "critic"])
      expect(attributeOf(run, "loom.run", "agent")).toEqual(["poet", "critic"])
      expect(flaws(run)).toEqual([])
    }))
})

describe("a loop", () => {
  const halve = (n: number) => Effect.succeed(n / 2)

  it.effect("repeats its body with the last output until `until` returns true", () =>
    Effect.gen(function*() {
      const run = yield* Workflow.loop("halving", { body: halve, until: (n) => n < 3, max: 10 })(16).pipe(recorded)
      expect(yield* run.exit).toBe(2)
      expect(steps(run)).toEqual([
        "loom.workflow workflow=halving pattern=loop",
        "  loom.workflow.step step=0 node=halve pattern=loop",
        "  loom.workflow.step step=1 node=halve pattern=loop",
        "  loom.workflow.step step=2 node=halve pattern=loop"
      ])
    }))

  it.effect("stops after max iterations", () =>
    Effect.gen(function*() {
      const run = yield* Workflow.loop("halving", { body: halve, until: () => false, max: 2 })(16).pipe(recorded)
      expect(yield* run.exit).toBe(4)
      expect(attributeOf(run, "loom.workflow.step", "step")).toEqual([0, 1])
    }))

  it.effect("accepts an effect as `until`, and passes it the iteration", () =>
    Effect.gen(function*() {
      const until = (_: number, iteration: number) => Effect.succeed(iteration === 1)
      expect(yield* Workflow.loop("halving", { body: halve, until, max: 10 })(16)).toBe(4)
    }))

  it.effect("fails with the error of `until`", () =>
    Effect.gen(function*() {
      const until = (_: number) => Effect.fail(new NoPaper({ tray: 3 }))
      const run = yield* Workflow.loop("halving", { body: halve, until, max: 10 })(16).pipe(recorded)
      expect(yield* Effect.flip(run.exit)).toEqual(new NoPaper({ tray: 3 }))
      expect(steps(run)[0]).toContain("[failure]")
    }))

  it.effect("does not grow the stack", () =>
    Effect.gen(function*() {
      const count = (n: number) => Effect.succeed(n + 1)
      expect(yield* Workflow.loop("counting", { body: count, until: () => false, max: 20_000 })(0)).toBe(20_000)
    }))
})
