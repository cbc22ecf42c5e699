/**
 * Spans that end under broken conditions: a clock that throws, an invalid cause.
 */
import { describe, expect, it } from "@effect/vitest"
import type * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as RuntimeFlags from "effect/RuntimeFlags"
import { InMemoryTelemetry, Telemetry } from "loom-telemetry"
import { TestTelemetry } from "loom-telemetry/testing"

const recorded = Effect.flatMap(InMemoryTelemetry, ({ open, spans }) => Effect.all({ open, spans }))

const isInterruptible = Effect.map(Effect.getRuntimeFlags, RuntimeFlags.interruptible)

/** A clock that throws while `state.isBroken`. */
const breaking = (state: { isBroken: boolean }): Clock.Clock => {
  const clock = Clock.make()
  return {
    ...clock,
    unsafeCurrentTimeNanos: () => {
      if (state.isBroken) {
        throw new Error("what time is it?")
      }
      return clock.unsafeCurrentTimeNanos()
    }
  }
}

describe("a span", () => {
  it.live("still ends if the clock throws, and its fiber stays interruptible", () =>
    Effect.gen(function*() {
      const state = { isBroken: false }
      const body = Effect.sync(() => {
        state.isBroken = true
        return "result"
      })
      const program = Effect.gen(function*() {
        const exit = yield* Effect.exit(Telemetry.withSpan(body, "x"))
        state.isBroken = false
        return { exit, interruptible: yield* isInterruptible }
      })
      const { exit, interruptible } = yield* Effect.withClock(program, breaking(state))
      expect(exit).toEqual(Exit.succeed("result"))
      expect(interruptible).toBe(true)
      const fiber = yield* Effect.fork(Effect.zipRight(Effect.withClock(program, breaking(state)), Effect.never))
      yield* Effect.yieldNow()
      expect(Exit.isInterrupted(yield* Fiber.interrupt(fiber))).toBe(true)
      const { open, spans } = yield* recorded
      expect(open).toEqual([])
      expect(spans.map(({ durationMs, name, outcome }) => ({ name, outcome, durationMs }))).toContainEqual({
        name: "x",
        outcome: "success",
        durationMs: 0
      })
    }).pipe(Effect.provide(TestTelemetry.layer)))

  it.effect("is a failure if the cause is invalid, and its fiber stays interruptible", () =>
    Effect.gen(function*() {
      // Plain JavaScript may pass such a cause.
      const noCause = JSON.parse("{\"_tag\":\"Nope\"}") as Cause.Cause<never>
      yield* Effect.exit(Telemetry.withSpan(Effect.failCause(noCause), "x"))
      expect(yield* isInterruptible).toBe(true)
      const { open, spans } = yield* recorded
      expect(open).toEqual([])
      expect(spans.map(({ name, outcome }) => [name, outcome])).toEqual([["x", "failure"]])
    }).pipe(Effect.provide(TestTelemetry.layer)))
})
