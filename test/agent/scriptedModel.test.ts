/**
 * The turns of a script that no call has taken.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { ScriptedModel, type ScriptedTurn, UnusedTurns } from "loom-telemetry/agent"

const generate = LanguageModel.generateText({ prompt: "Hi" })

/** Fails because there is no such tool, but still takes the turn. */
const stream = Effect.exit(Stream.runDrain(LanguageModel.streamText({ prompt: "Hi" })))

const script: ReadonlyArray<ScriptedTurn> = [
  { text: "one" },
  { text: "two", toolCalls: [{ id: "c", name: "search", params: {} }] },
  { error: "down" }
]

/** The turns that are reported when the layer with `requireAll` is released. */
const reported = <E>(
  program: Effect.Effect<unknown, E, LanguageModel.LanguageModel | ScriptedModel>,
  turns = script
) =>
  Effect.map(
    Effect.exit(Effect.provide(program, ScriptedModel.layer(turns, { requireAll: true }))),
    (exit) => Exit.isFailure(exit) ? Option.getOrUndefined(Cause.dieOption(exit.cause)) : undefined
  )

describe("a script", () => {
  it.effect("tracks which turns are left, for both ways to call the model and for calls that fail", () =>
    Effect.gen(function*() {
      expect(yield* ScriptedModel.remaining).toEqual(script)
      yield* generate
      expect(yield* ScriptedModel.remaining).toEqual(script.slice(1))
      yield* stream
      expect(yield* ScriptedModel.remaining).toEqual(script.slice(2))
      yield* Effect.exit(generate)
      expect(yield* ScriptedModel.remaining).toEqual([])
      yield* Effect.exit(generate)
      expect(yield* ScriptedModel.remaining).toEqual([])
    }).pipe(Effect.provide(ScriptedModel.layer(script))))

  it.effect("starts over each time the layer is built", () =>
    Effect.gen(function*() {
      const layer = ScriptedModel.layer(script)
      yield* Effect.provide(generate, layer)
      expect(yield* Effect.provide(ScriptedModel.remaining, layer)).toEqual(script)
    }))

  it.effect("with repeat starts over after its last turn, and has no turns left once each was taken", () =>
    Effect.gen(function*() {
      const texts = yield* Effect.replicateEffect(Effect.map(generate, ({ text }) => text), 5)
      expect(texts).toEqual(["one", "two", "one", "two", "one"])
      expect(yield* ScriptedModel.remaining).toEqual([])
    }).pipe(
      Effect.provide(ScriptedModel.layer([{ text: "one" }, { text: "two" }], { repeat: true, requireAll: true }))
    ))

  it.effect("with repeat and without turns fails on the first call", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(generate)
      expect(error.message).toContain("the script has 0 turns and this is call 1; add a turn to ScriptedModel.layer")
    }).pipe(Effect.provide(ScriptedModel.layer([], { repeat: true }))))

  it.effect("takes a turn when the model is called, not after its delay", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.fork(generate)
      yield* Effect.yieldNow()
      expect(yield* ScriptedModel.remaining).toEqual([])
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
    }).pipe(Effect.provide(ScriptedModel.layer([{ text: "late", delay: "1 minute" }]))))

  it.effect("with requireAll dies if turns are left after a success", () =>
    Effect.gen(function*() {
      const unused = yield* reported(generate)
      expect(unused).toBeInstanceOf(UnusedTurns)
      expect(unused).toMatchObject({ remaining: script.slice(1) })
      expect((unused as UnusedTurns).message).toBe(
        "2 of the 3 turns of the script were not taken: text \"two\", call of \"search\"; an error. " +
          "Remove them from ScriptedModel.layer, or check why the model was called less often"
      )
      expect(yield* reported(Effect.void, Array.from({ length: 9 }, () => ({ text: "x".repeat(1000) })))).toMatchObject(
        {
          message: expect.stringMatching(/^9 of the 9 .{0,600}…"; …\. Remove them/)
        }
      )
      expect(yield* reported(Effect.void, [{}])).toMatchObject({
        message: expect.stringContaining(": an empty answer.")
      })
    }))

  it.effect("with requireAll does nothing if all were taken, or if the program failed anyway", () =>
    Effect.gen(function*() {
      expect(yield* reported(Effect.all([generate, stream, Effect.exit(generate)]))).toBeUndefined()
      expect(yield* reported(Effect.void, [])).toBeUndefined()
      expect(yield* reported(Effect.fail("no"))).toBeUndefined()
    }))

  it.effect("without requireAll may have turns left", () => Effect.provide(generate, ScriptedModel.layer(script)))
})
