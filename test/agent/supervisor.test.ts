/**
 * Supervisors: concurrent delegations, each a run below its tool call. The workers' usage is in the metrics once, and in the supervisor's totals.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Agent } from "loom-telemetry/agent"
import { Pricing, type ScriptedToolCall, Supervisor } from "loom-telemetry/agent"
import { add, arithmetic, ArithmeticLive, calling, resultsGiven, saying, talker } from "./arithmetic.js"
import { attributeOf, flaws, metricsNamed, outline, recorded, scripted, spanNamed, total, totalOf } from "./recorded.js"

const delegate = (id: string, worker: string): ScriptedToolCall => ({
  id,
  name: "delegate",
  params: { worker, instructions: `Do what a ${worker} does` }
})

const editor = Supervisor.make({
  name: "editor",
  instructions: "Plan, then delegate.",
  workers: { researcher: talker("researcher"), writer: talker("writer") }
})

const threeDelegations = editor.run("Write about moths", { userId: "alice" }).pipe(
  scripted(
    calling(delegate("c1", "researcher"), delegate("c2", "painter"), delegate("c3", "writer")),
    saying("Moths are nocturnal."),
    saying("Once there was a moth."),
    saying("Here you are.")
  ),
  recorded
)

describe("a supervisor", () => {
  it.effect("is a tree of runs in one trace, with the user on every span", () =>
    Effect.gen(function*() {
      const run = yield* editor.run("Write", { userId: "alice" }).pipe(
        scripted(calling(delegate("c1", "writer")), saying("A moth."), saying("Done.")),
        recorded
      )
      expect(outline(run, "tool", "worker", "agent", "architecture")).toEqual([
        "loom.run agent=editor architecture=supervisor",
        "  loom.turn",
        "    loom.model.stream",
        "    loom.tool tool=delegate worker=writer",
        "      loom.run agent=writer architecture=agent",
        "        loom.turn",
        "          loom.model.stream",
        "  loom.turn",
        "    loom.model.stream"
      ])
      expect(new Set(run.spans.map(({ attributes }) => attributes["user_id"]))).toEqual(new Set(["alice"]))
      expect(new Set(run.metrics.map(({ attributes }) => attributes["user_id"]))).toEqual(new Set(["alice"]))
      expect(flaws(run)).toEqual([])
    }))

  it.effect("is one session with several runs", () =>
    Effect.gen(function*() {
      const run = yield* threeDelegations
      const { runId, sessionId } = yield* run.exit
      expect(sessionId).toBe(runId)
      expect(new Set(run.spans.map(({ attributes }) => attributes["session_id"]))).toEqual(new Set([sessionId]))
      expect(new Set(attributeOf(run, "loom.run", "run_id")).size).toBe(3)
    }))

  it.effect("with three delegations, one to an unknown worker, has two worker runs and three tool spans, one of them failed", () =>
    Effect.gen(function*() {
      const run = yield* threeDelegations
      const { messages, output } = yield* run.exit
      expect(output).toBe("Here you are.")
      expect(attributeOf(run, "loom.run", "agent")).toEqual(["editor", "researcher", "writer"])
      expect(attributeOf(run, "loom.tool", "worker")).toEqual(["researcher", "painter", "writer"])
      expect(attributeOf(run, "loom.tool", "ok")).toEqual([true, false, true])
      expect(metricsNamed(run, "loom.tool.duration_ms").map(({ ok, tool }) => `${tool} ${ok}`).toSorted()).toEqual([
        "delegate false",
        "delegate true",
        "delegate true"
      ])
      expect(resultsGiven(messages)[1]).toEqual({
        id: "c2",
        result: "UnknownWorkerError: There is no worker named \"painter\". The workers are: researcher, writer",
        isFailure: true
      })
      expect(flaws(run)).toEqual([])
    }))

  it.effect("has the workers' tokens in its result, and each token once in the metrics", () =>
    Effect.gen(function*() {
      const run = yield* threeDelegations
      const { tokensIn, tokensOut, turns } = yield* run.exit
      expect([tokensIn, tokensOut, turns]).toEqual([66, 20, 2])
      expect(total(run, "loom.tokens.input")).toBe(tokensIn)
      expect(total(run, "loom.tokens.output")).toBe(tokensOut)
      expect(totalOf(run, "loom.model.stream", "tokens_in")).toBe(tokensIn)
      expect(attributeOf(run, "loom.run", "tokens_in")).toEqual([66, 12, 12])
    }))

  it.effect("has the workers' cost in its result, and each amount once in the metrics", () =>
    Effect.gen(function*() {
      const run = yield* editor.run("Write").pipe(
        scripted(calling(delegate("c1", "writer")), saying("A moth."), saying("Done.")),
        Effect.provide(Pricing.table([{ model: "ScriptedModel", input: 1_000_000, output: 0 }])),
        recorded
      )
      expect((yield* run.exit).costUsd).toBe(54)
      expect(attributeOf(run, "loom.run", "cost_usd")).toEqual([54, 12])
      expect(total(run, "loom.cost.usd")).toBe(54)
    }))

  it.effect("delegates concurrently: all workers start before any ends", () =>
    Effect.gen(function*() {
      const both = yield* Effect.all([Deferred.make<void>(), Deferred.make<void>()])
      const meeting = (index: number) =>
        Effect.zipRight(Deferred.succeed(both[index]!, undefined), Effect.all(both.map((one) => Deferred.await(one))))
      // Each worker calls the model once, after waiting for the other to start.
      const boss = Supervisor.make({
        name: "boss",
        instructions: "",
        workers: { one: waiting("one", meeting(0)), two: waiting("two", meeting(1)) }
      })
      const run = yield* boss.run("Go").pipe(
        scripted(calling(delegate("c1", "one"), delegate("c2", "two")), saying("x"), saying("y"), saying("done")),
        recorded
      )
      expect((yield* run.exit).output).toBe("done")
    }))

  it.effect("receives the error of a worker whose model is dead, and continues", () =>
    Effect.gen(function*() {
      const run = yield* editor.run("Write").pipe(
        scripted(calling(delegate("c1", "writer")), { error: "dead" }, saying("Sorry.")),
        recorded
      )
      const { messages, output } = yield* run.exit
      expect(output).toBe("Sorry.")
      expect(resultsGiven(messages)[0]!.result).toContain("The agent \"writer\" failed in turn 0")
      expect(outline(run).filter((line) => line.includes("["))).toEqual([
        "    loom.tool [failure]",
        "      loom.run [failure]",
        "        loom.turn [failure]",
        "          loom.model.stream [failure]"
      ])
      expect(metricsNamed(run, "loom.session.duration_ms").map(({ architecture, outcome }) => [architecture, outcome]))
        .toEqual([["agent", "failure"], ["supervisor", "success"]])
    }))

  it.effect("answers a delegation without parameters with what is missing", () =>
    Effect.gen(function*() {
      const run = yield* editor.run("Write").pipe(
        scripted(calling({ id: "c1", name: "delegate", params: {} }), saying("Sorry.")),
        recorded
      )
      expect((yield* run.exit).output).toBe("Sorry.")
      expect(spanNamed(run, "loom.tool").attributes).toMatchObject({ tool: "delegate", ok: false })
      expect(spanNamed(run, "loom.tool").attributes).not.toHaveProperty("worker")
    }))

  it.effect("can have tools of its own, and so can its workers", () =>
    Effect.gen(function*() {
      const boss = Supervisor.make({ name: "boss", instructions: "", workers: { arithmetic } })
      const run = yield* boss.run("Go").pipe(
        Effect.provide(ArithmeticLive),
        scripted(calling(delegate("c1", "arithmetic")), calling(add("c2", 1, 2)), saying("3"), saying("It is 3")),
        recorded
      )
      expect((yield* run.exit).output).toBe("It is 3")
      expect(attributeOf(run, "loom.tool", "tool")).toEqual(["delegate", "add"])
    }))

  it.effect("can have supervisors as workers", () =>
    Effect.gen(function*() {
      const chief = Supervisor.make({ name: "chief", instructions: "", workers: { editor } })
      const run = yield* chief.run("Go", { userId: "alice" }).pipe(
        scripted(
          calling(delegate("c1", "editor")),
          calling(delegate("c2", "writer")),
          saying("A moth."),
          saying("Edited."),
          saying("Published.")
        ),
        recorded
      )
      expect((yield* run.exit).tokensIn).toBe(96)
      expect(outline(run, "agent", "worker", "tokens_in").filter((line) => /run|tool/.test(line))).toEqual([
        "loom.run agent=chief tokens_in=96",
        "    loom.tool worker=editor",
        "      loom.run agent=editor tokens_in=54",
        "          loom.tool worker=writer",
        "            loom.run agent=writer tokens_in=12"
      ])
      expect(total(run, "loom.tokens.input")).toBe(96)
      expect(attributeOf(run, "loom.model.stream", "user_id")).toEqual(Array.from({ length: 5 }, () => "alice"))
      expect(flaws(run)).toEqual([])
    }))
})

/** An agent that waits before it runs. */
const waiting = (name: string, wait: Effect.Effect<unknown>): Agent => {
  const agent = talker(name)
  return { ...agent, run: (prompt, options) => Effect.zipRight(wait, agent.run(prompt, options)) }
}
