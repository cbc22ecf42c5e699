/**
 * Tools of a turn: they run concurrently, and the model receives their errors. No tool fails a run.
 */
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { Telemetry } from "loom-telemetry"
import { Agent, type ScriptedToolCall } from "loom-telemetry/agent"
import { calling, resultsGiven, saying } from "./arithmetic.js"
import { attributeOf, flaws, metricsNamed, outline, recorded, scripted, spanNamed, spansNamed } from "./recorded.js"

const Work = Tool.make("work", {
  parameters: { name: Schema.String },
  success: Schema.String,
  failure: Schema.String
})
const tools = Toolkit.make(Work)
const worker = Agent.make({ name: "worker", instructions: "", toolkit: tools })

const work = (name: string): ScriptedToolCall => ({ id: name, name: "work", params: { name } })

/** A handler of the toolkit. */
const handling = (handler: (name: string) => Effect.Effect<string, string>) =>
  Effect.provide(tools.toLayer({ work: ({ name }) => handler(name) }))

const failing = worker.run("Go", { userId: "alice" }).pipe(
  handling(() => Effect.fail("the disk is full")),
  scripted(calling(work("a")), saying("Sorry")),
  recorded
)

describe("tools of a turn", () => {
  it.effect("all start before any ends, and their results are returned in the order of the calls", () =>
    Effect.gen(function*() {
      const started = yield* Effect.all([
        Deferred.make<void>(),
        Deferred.make<void>(),
        Deferred.make<void>()
      ])
      const names = ["a", "b", "c"]
      const handler = (name: string) =>
        Effect.gen(function*() {
          yield* Deferred.succeed(started[names.indexOf(name)]!, undefined)
          yield* Effect.all(started.map((one) => Deferred.await(one)))
          // The last one called finishes first.
          yield* Effect.forEach(names.slice(names.indexOf(name)), () => Effect.yieldNow())
          return name
        })
      const run = yield* worker.run("Go").pipe(
        handling(handler),
        scripted(calling(...names.map(work)), saying("done")),
        recorded
      )
      const { messages } = yield* run.exit
      expect(resultsGiven(messages)).toEqual(names.map((name) => ({ id: name, result: name, isFailure: false })))
      expect(attributeOf(run, "loom.tool", "call_id")).toEqual(names)
      expect(flaws(run)).toEqual([])
    }))

  it.effect("take as long as the slowest", () =>
    Effect.gen(function*() {
      const fiber = yield* worker.run("Go").pipe(
        handling((name) => Effect.as(Effect.sleep(`${name} millis` as `${number} millis`), name)),
        scripted(calling(work("300"), work("100"), work("200")), saying("done")),
        recorded,
        Effect.fork
      )
      yield* TestClock.adjust("300 millis")
      const run = yield* Fiber.join(fiber)
      expect(attributeOf(run, "loom.tool", "duration_ms")).toEqual([300, 100, 200])
      expect(spansNamed(run, "loom.tool").map(({ durationMs }) => durationMs)).toEqual([300, 100, 200])
      expect(metricsNamed(run, "loom.tool.duration_ms").map(({ value }) => value)).toEqual([100, 200, 300])
      expect(spansNamed(run, "loom.turn").map(({ durationMs }) => durationMs)).toEqual([300, 0])
      expect(metricsNamed(run, "loom.session.duration_ms").map(({ value }) => value)).toEqual([300])
    }))

  it.effect("run at most toolConcurrency at a time", () =>
    Effect.gen(function*() {
      let running = 0
      let most = 0
      const agent = Agent.make({ name: "two at a time", instructions: "", toolkit: tools, toolConcurrency: 2 })
      yield* agent.run("Go").pipe(
        handling((name) =>
          Effect.acquireUseRelease(
            Effect.sync(() => {
              most = Math.max(most, ++running)
            }),
            () => Effect.as(Effect.yieldNow(), name),
            () => Effect.sync(() => running--)
          )
        ),
        scripted(calling(work("a"), work("b"), work("c"), work("d")), saying("done"))
      )
      expect(most).toBe(2)
    }))

  it.effect("are the parents of their handlers' spans", () =>
    Effect.gen(function*() {
      const run = yield* worker.run("Go", { userId: "alice" }).pipe(
        handling((name) => Effect.succeed(name).pipe(Telemetry.withSpan("ours"), Effect.withSpan("library"))),
        scripted(calling(work("a")), saying("done")),
        recorded
      )
      expect(outline(run, "user_id").slice(3, 6)).toEqual([
        "    loom.tool user_id=alice",
        "      library",
        "        ours user_id=alice"
      ])
    }))
})

describe("a tool that fails", () => {
  it.effect("does not fail the run: the model receives the error", () =>
    Effect.gen(function*() {
      const { messages, output } = yield* (yield* failing).exit
      expect(output).toBe("Sorry")
      expect(resultsGiven(messages)).toEqual([{ id: "a", result: "the disk is full", isFailure: true }])
    }))

  it.effect("has a failed span and a metric with ok=false", () =>
    Effect.gen(function*() {
      const run = yield* failing
      const tool = spanNamed(run, "loom.tool")
      expect(tool.outcome).toBe("failure")
      expect(tool.attributes).toMatchObject({ ok: false, error: "the disk is full", duration_ms: 0 })
      expect(metricsNamed(run, "loom.tool.duration_ms")).toEqual([
        { tool: "work", ok: false, user_id: "alice", value: 0 }
      ])
      expect(outline(run).filter((line) => line.includes("["))).toEqual(["    loom.tool [failure]"])
    }))

  it.effect("with a defect is reported to the model in the same way", () =>
    Effect.gen(function*() {
      const run = yield* worker.run("Go").pipe(
        handling(() => Effect.die(new TypeError("x is not a function"))),
        scripted(calling(work("a")), saying("Sorry")),
        recorded
      )
      const { messages } = yield* run.exit
      expect(resultsGiven(messages)).toEqual([
        { id: "a", result: "TypeError: x is not a function", isFailure: true }
      ])
      expect(spanNamed(run, "loom.tool")).toMatchObject({ outcome: "failure", attributes: { ok: false } })
    }))

  it.effect("by throwing is reported to the model in the same way", () =>
    Effect.gen(function*() {
      const run = yield* worker.run("Go").pipe(
        handling(() => {
          throw new Error("thrown")
        }),
        scripted(calling(work("a")), saying("Sorry")),
        recorded
      )
      expect(resultsGiven((yield* run.exit).messages)).toEqual([
        { id: "a", result: "Error: thrown", isFailure: true }
      ])
      expect(attributeOf(run, "loom.tool", "ok")).toEqual([false])
    }))

  it.effect("does not affect the other tools", () =>
    Effect.gen(function*() {
      const run = yield* worker.run("Go").pipe(
        handling((name) => name === "bad" ? Effect.fail("no") : Effect.as(Effect.yieldNow(), name)),
        scripted(calling(work("a"), work("bad"), work("c")), saying("done")),
        recorded
      )
      expect(attributeOf(run, "loom.tool", "ok")).toEqual([true, false, true])
      expect(resultsGiven((yield* run.exit).messages).map(({ result }) => result)).toEqual(["a", "no", "c"])
    }))

  it.effect("and returns its failure as a result is still measured as failed", () =>
    Effect.gen(function*() {
      const Careful = Tool.make("careful", {
        success: Schema.String,
        failure: Schema.Struct({ code: Schema.NumberFromString }),
        failureMode: "return"
      })
      const careful = Toolkit.make(Careful)
      const run = yield* Agent.make({ name: "a", instructions: "", toolkit: careful }).run("Go").pipe(
        Effect.provide(careful.toLayer({ careful: () => Effect.fail({ code: 7 }) })),
        scripted(calling({ id: "c1", name: "careful", params: {} }), saying("Sorry")),
        recorded
      )
      // Encoded by its schema.
      expect(resultsGiven((yield* run.exit).messages)).toEqual([
        { id: "c1", result: "{\"code\":\"7\"}", isFailure: true }
      ])
      expect(spanNamed(run, "loom.tool").attributes).toMatchObject({
        ok: false,
        error: "ToolCallError: the tool returned a failure"
      })
    }))
})
