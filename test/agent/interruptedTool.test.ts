/**
 * Tools that end with an interruption although the run is not interrupted.
 */
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { Agent } from "loom-telemetry/agent"
import { calling, resultsGiven, saying } from "./arithmetic.js"
import { flaws, metricsNamed, outline, recorded, scripted, spanNamed } from "./recorded.js"

const toolkit = Toolkit.make(Tool.make("wait", { description: "Waits", success: Schema.String }))

const joined = Effect.gen(function*() {
  const fiber = yield* Effect.fork(Effect.never)
  yield* Fiber.interrupt(fiber)
  return yield* Fiber.join(fiber)
})

const ways = [["interrupts itself", Effect.interrupt], ["joins a fiber that was interrupted", joined]] as const

describe("a tool that", () => {
  it.effect.each(ways)("%s is reported to the model, and the run continues", ([, body]) =>
    Effect.gen(function*() {
      for (const toolConcurrency of [1, "unbounded"] as const) {
        const agent = Agent.make({ name: "waiter", instructions: "Wait.", toolkit, toolConcurrency })
        const records = yield* recorded(
          agent.run("Hi").pipe(Effect.provide(toolkit.toLayer({ wait: () => body })))
        ).pipe(scripted({ toolCalls: [{ id: "c1", name: "wait", params: {} }] }, { text: "It was interrupted." }))
        expect(Exit.map(records.exit, ({ output }) => output)).toEqual(Exit.succeed("It was interrupted."))
        expect(spanNamed(records, "loom.run").outcome).toBe("success")
        expect(spanNamed(records, "loom.tool")).toMatchObject({ outcome: "interrupted", attributes: { ok: false } })
        expect(metricsNamed(records, "loom.tool.duration_ms")).toMatchObject([{ tool: "wait", ok: false }])
      }
    }))
})

const pair = Toolkit.make(
  Tool.make("work", { success: Schema.String }),
  Tool.make("cancel", { success: Schema.String })
)

describe("a tool whose fiber another tool interrupts", () => {
  it.effect("is reported to the model, and the run continues", () =>
    Effect.gen(function*() {
      const working = yield* Deferred.make<Fiber.RuntimeFiber<unknown, unknown>>()
      const handlers = pair.toLayer({
        work: () =>
          Effect.withFiberRuntime<string>((fiber) =>
            Effect.zipRight(Deferred.succeed(working, fiber as Fiber.RuntimeFiber<unknown, unknown>), Effect.never)
          ),
        cancel: () => Effect.as(Effect.flatMap(Deferred.await(working), Fiber.interrupt), "cancelled")
      })
      const run = yield* Agent.make({ name: "manager", instructions: "", toolkit: pair }).run("Go").pipe(
        Effect.provide(handlers),
        scripted(
          calling({ id: "c1", name: "work", params: {} }, { id: "c2", name: "cancel", params: {} }),
          saying("Done.")
        ),
        recorded
      )
      const { messages, output } = yield* run.exit
      expect(output).toBe("Done.")
      expect(resultsGiven(messages)).toMatchObject([
        { id: "c1", isFailure: true },
        { id: "c2", result: "cancelled", isFailure: false }
      ])
      expect(outline(run, "tool")).toEqual([
        "loom.run",
        "  loom.turn",
        "    loom.model.stream",
        "    loom.tool tool=work [interrupted]",
        "    loom.tool tool=cancel",
        "  loom.turn",
        "    loom.model.stream"
      ])
      expect(flaws(run)).toEqual([])
    }))
})

const patient = Toolkit.make(Tool.make("wait", { success: Schema.String }))

describe("a tool of a run", () => {
  it.effect.each([[1], ["unbounded"]] as const)(
    "is interrupted with the run, %s at a time, and its finalizers are awaited",
    ([toolConcurrency]) =>
      Effect.gen(function*() {
        for (const toolTimeout of [undefined, "1 hour"] as const) {
          const started = yield* Deferred.make<void>()
          const events: Array<string> = []
          const handlers = patient.toLayer({
            wait: () =>
              Deferred.succeed(started, undefined).pipe(
                Effect.zipRight(Effect.never),
                Effect.ensuring(Effect.andThen(Effect.sleep("3 seconds"), () => events.push("finalized")))
              )
          })
          const agent = Agent.make({ name: "waiter", instructions: "", toolkit: patient, toolConcurrency, toolTimeout })
          const program = agent.run("Go").pipe(
            Effect.onInterrupt(() => Effect.sync(() => events.push("run over"))),
            Effect.provide(handlers),
            scripted(calling({ id: "c1", name: "wait", params: {} }))
          )
          const recording = yield* Effect.fork(recorded(Effect.gen(function*() {
            const fiber = yield* Effect.fork(program)
            yield* Deferred.await(started)
            return yield* Effect.flatten(Fiber.interrupt(fiber))
          })))
          yield* Deferred.await(started)
          yield* TestClock.adjust("3 seconds")
          const run = yield* Fiber.join(recording)
          expect(events).toEqual(["finalized", "run over"])
          expect(outline(run)).toEqual([
            "loom.run [interrupted]",
            "  loom.turn [interrupted]",
            "    loom.model.stream",
            "    loom.tool [interrupted]"
          ])
          expect(spanNamed(run, "loom.tool").durationMs).toBe(3000)
          expect(flaws(run)).toEqual([])
        }
      })
  )

  it.effect.each([[Effect.succeed("set")], [Effect.die("broken")]] as const)(
    "keeps the fiber references that it set, and its spans are below its own",
    ([end]) =>
      Effect.gen(function*() {
        const ref = FiberRef.unsafeMake("before")
        const handlers = patient.toLayer({
          wait: () => FiberRef.set(ref, "after").pipe(Effect.withSpan("inner"), Effect.zipRight(end))
        })
        const run = yield* Agent.make({ name: "waiter", instructions: "", toolkit: patient, toolConcurrency: 1 })
          .run("Go").pipe(
            Effect.zipRight(FiberRef.get(ref)),
            Effect.provide(handlers),
            scripted(calling({ id: "c1", name: "wait", params: {} }), saying("Done.")),
            recorded
          )
        expect(yield* run.exit).toBe("after")
        expect(outline(run).slice(3, 5).map((line) => line.replace(" [failure]", ""))).toEqual([
          "    loom.tool",
          "      inner"
        ])
      })
  )
})
