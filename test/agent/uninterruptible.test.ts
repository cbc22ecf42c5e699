/**
 * Runs in uninterruptible regions, such as an acquire or a finalizer: an interruption pending outside does not affect them.
 */
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Agent, type ScriptedTurn } from "loom-telemetry/agent"
import { calling, resultsGiven, saying, talker } from "./arithmetic.js"
import { flaws, metricsNamed, outline, recorded, scripted } from "./recorded.js"

const toolkit = Toolkit.make(Tool.make("go", { success: Schema.String }))
const go = calling({ id: "c1", name: "go", params: {} })

const failing = toolkit.toLayer({ go: () => Effect.die("broken") })

const ranWithFailedTool = [
  "loom.run",
  "  loom.turn",
  "    loom.model.stream",
  "    loom.tool [failure]",
  "  loom.turn",
  "    loom.model.stream"
]

describe.each([1, "unbounded"] as const)(
  "a run in an uninterruptible region, with %s tools at a time,",
  (toolConcurrency) => {
    const summing = Agent.make({ name: "summer", instructions: "", toolkit, toolConcurrency }).run("Sum up")

    it.effect("is not ended by an earlier interruption when a tool fails", () =>
      Effect.gen(function*() {
        const records = yield* recorded(Effect.gen(function*() {
          const started = yield* Deferred.make<void>()
          const summed = yield* Deferred.make<Exit.Exit<string, unknown>>()
          const fiber = yield* Deferred.succeed(started, undefined).pipe(
            Effect.zipRight(Effect.never),
            Effect.ensuring(
              Effect.flatMap(
                Effect.exit(summing),
                (exit) => Deferred.succeed(summed, Exit.map(exit, ({ output }) => output))
              )
            ),
            Effect.fork
          )
          yield* Deferred.await(started)
          yield* Fiber.interrupt(fiber)
          return yield* Effect.flatten(Deferred.await(summed))
        })).pipe(Effect.provide(failing), scripted(go, saying("It broke.")))
        expect(records.exit).toEqual(Exit.succeed("It broke."))
        expect(outline(records)).toEqual(ranWithFailedTool)
        expect(flaws(records)).toEqual([])
      }))

    it.effect("completes an acquisition despite a timeout in the middle of a tool that fails", () =>
      Effect.gen(function*() {
        const acquired: Array<unknown> = []
        const slow = toolkit.toLayer({ go: () => Effect.zipRight(Effect.sleep("5 seconds"), Effect.die("broken")) })
        const fiber = yield* Effect.acquireRelease(
          Effect.tap(summing, ({ messages, output }) => {
            acquired.push(output, ...resultsGiven(messages))
          }),
          () => Effect.void
        ).pipe(
          Effect.scoped,
          Effect.timeout("1 second"),
          Effect.provide(slow),
          scripted(go, saying("It broke.")),
          recorded,
          Effect.fork
        )
        yield* TestClock.adjust("5 seconds")
        const records = yield* Fiber.join(fiber)
        expect(acquired).toEqual(["It broke.", { id: "c1", result: "broken", isFailure: true }])
        expect(outline(records)).toEqual(ranWithFailedTool)
        expect(flaws(records)).toEqual([])
      }))
  }
)

/** Lets all fibers run until none can. */
const idle = Effect.yieldNow({ priority: 1 }).pipe(Effect.repeatN(500))

const words = (count: number): ScriptedTurn =>
  saying(Array.from({ length: count }, (_, index) => `w${index}`).join(" "))

describe("a streamed run in an uninterruptible region", () => {
  it.effect.each<readonly [where: string, turn: ScriptedTurn]>([
    ["while the model is silent", { text: "never said", delay: "1000 hours" }],
    ["while the model speaks", words(8)],
    ["while it waits for its consumer", words(400)]
  ])("that is abandoned %s is interrupted", ([, turn]) =>
    Effect.gen(function*() {
      const records = yield* talker("parrot").stream("Go").pipe(
        Stream.take(2),
        Stream.runDrain,
        Effect.uninterruptible,
        scripted(turn),
        recorded,
        // Not a child, because a child that hangs here would keep the test from failing.
        Effect.forkDaemon,
        Effect.tap(idle),
        Effect.flatMap(Fiber.poll),
        Effect.flatten
      )
      const run = yield* records
      expect(run.exit).toEqual(Exit.void)
      expect(outline(run)).toEqual([
        "loom.run [interrupted]",
        "  loom.turn [interrupted]",
        "    loom.model.stream [interrupted]"
      ])
      expect(metricsNamed(run, "loom.session.duration_ms").map(({ outcome }) => outcome)).toEqual(["interrupted"])
      expect(flaws(run)).toEqual([])
    }))

  it.effect("that is read to its end ends as usual", () =>
    Effect.gen(function*() {
      const run = yield* talker("parrot").stream("Go").pipe(
        Stream.runDrain,
        Effect.uninterruptible,
        scripted(words(400)),
        recorded
      )
      expect(outline(run)).toEqual(["loom.run", "  loom.turn", "    loom.model.stream"])
    }))
})
