/**
 * The outcome of a span is the exit of its body, and the exit itself does not change.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { Telemetry } from "loom-telemetry"
import { type MakeSubject, outline, runWith, spanNamed } from "./subject.js"

class NoAnswer extends Data.TaggedError("NoAnswer")<{ readonly message: string }> {}

/** What the program failed or died with. Inside spans, whatever the tracer, Effect wraps errors to remember the span. */
const originalOf = (exit: Exit.Exit<unknown, unknown>): unknown =>
  Exit.isFailure(exit) ? Cause.originalError(Cause.squash(exit.cause)) : undefined

export const outcomesContract = (make: MakeSubject): void => {
  describe("outcomes", () => {
    it.effect("are success if the body succeeds, which keeps its value", () =>
      Effect.gen(function*() {
        const run = yield* runWith(make, Telemetry.withSpan(Effect.succeed(42), "body"))
        expect(run.exit).toStrictEqual(Exit.succeed(42))
        expect(outline(run.spans)).toEqual(["body"])
        expect(spanNamed(run, "body").exception).toBeNull()
      }))

    it.effect("are failure if the body fails, which keeps its error; the span names the error", () =>
      Effect.gen(function*() {
        const error = new NoAnswer({ message: "the model is silent" })
        const run = yield* runWith(make, Effect.fail(error).pipe(Telemetry.withSpan("body")))
        expect(Exit.isFailure(run.exit) && Cause.isFailType(run.exit.cause)).toBe(true)
        expect(originalOf(run.exit)).toBe(error)
        expect(outline(run.spans)).toEqual(["body [failure]"])
        expect(spanNamed(run, "body").exception).toBe("NoAnswer: the model is silent")
      }))

    it.effect("are failure if the body dies, which keeps its defect; the span names the defect", () =>
      Effect.gen(function*() {
        const defect = new TypeError("x is not a function")
        const run = yield* runWith(make, Effect.die(defect).pipe(Telemetry.withSpan("body")))
        expect(Exit.isFailure(run.exit) && Cause.isDieType(run.exit.cause)).toBe(true)
        expect(originalOf(run.exit)).toBe(defect)
        expect(outline(run.spans)).toEqual(["body [failure]"])
        expect(spanNamed(run, "body").exception).toBe("TypeError: x is not a function")
      }))

    it.effect("are the same for a body that throws as for one that dies", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.sync(() => {
            throw new RangeError("too far")
          }).pipe(Telemetry.withSpan("body"))
        )
        expect(Exit.isFailure(run.exit) && Cause.isDie(run.exit.cause)).toBe(true)
        expect(spanNamed(run, "body").exception).toBe("RangeError: too far")
      }))

    it.effect("are interrupted, without an exception, if the body interrupts itself", () =>
      Effect.gen(function*() {
        const run = yield* runWith(make, Telemetry.withSpan(Effect.interrupt, "body"))
        expect(Exit.isInterrupted(run.exit)).toBe(true)
        expect(outline(run.spans)).toEqual(["body [interrupted]"])
        expect(spanNamed(run, "body").exception).toBeNull()
      }))

    it.effect("are interrupted for all spans of a fiber that is interrupted while waiting", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.gen(function*() {
            const entered = yield* Deferred.make<void>()
            const fiber = yield* Deferred.succeed(entered, undefined).pipe(
              Effect.zipRight(Effect.never),
              Telemetry.withSpan("inner"),
              Telemetry.withSpan("outer"),
              Effect.fork
            )
            yield* Deferred.await(entered)
            yield* Fiber.interrupt(fiber)
          })
        )
        expect(outline(run.spans)).toEqual(["outer [interrupted]", "  inner [interrupted]"])
      }))

    it.effect("are interrupted for the spans below a timeout", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.gen(function*() {
            const fiber = yield* Effect.never.pipe(
              Telemetry.withSpan("slow"),
              Effect.timeout("5 seconds"),
              Telemetry.withSpan("patient"),
              Effect.fork
            )
            yield* TestClock.adjust("5 seconds")
            return yield* Fiber.await(fiber)
          })
        )
        expect(outline(run.spans)).toEqual(["patient [failure]", "  slow [interrupted]"])
        expect(spanNamed(run, "patient").exception).toMatch(/^TimeoutException: /)
      }))

    it.effect("include an error that is caught outside the span", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.fail("no").pipe(
            Telemetry.withSpan("inner"),
            Effect.catchAll(() => Effect.succeed("recovered")),
            Telemetry.withSpan("outer")
          )
        )
        expect(run.exit).toStrictEqual(Exit.succeed("recovered"))
        expect(outline(run.spans)).toEqual(["outer", "  inner [failure]"])
        expect(spanNamed(run, "inner").exception).toBe("no")
      }))

    it.effect("are recorded separately for each attempt of a retry", () =>
      Effect.gen(function*() {
        let attempts = 0
        const run = yield* runWith(
          make,
          Effect.suspend(() => ++attempts < 3 ? Effect.fail("busy") : Effect.succeed(attempts)).pipe(
            Telemetry.withSpan("attempt"),
            Effect.retry({ times: 5 }),
            Telemetry.withSpan("call")
          )
        )
        expect(run.exit).toStrictEqual(Exit.succeed(3))
        expect(outline(run.spans)).toEqual(["call", "  attempt [failure]", "  attempt [failure]", "  attempt"])
      }))

    it.effect("are failure if the cause contains both a failure and an interruption", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.all([Effect.never.pipe(Telemetry.withSpan("waiting")), Effect.fail("first")], {
            concurrency: "unbounded"
          }).pipe(Telemetry.withSpan("both"))
        )
        expect(outline(run.spans)).toEqual(["both [failure]", "  waiting [interrupted]"])
        expect(spanNamed(run, "both").exception).toBe("first")
      }))
  })
}
