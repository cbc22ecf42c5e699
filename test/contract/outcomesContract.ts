/**
 * The outcome of a span is the exit of its body, whatever that is; and the body's exit is what it was.
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

/** What the program failed or died with; inside of spans, of whatever tracer, Effect wraps errors to remember the span. */
const originalOf = (exit: Exit.Exit<unknown, unknown>): unknown =>
  Exit.isFailure(exit) ? Cause.originalError(Cause.squash(exit.cause)) : undefined

export const outcomesContract = (make: MakeSubject): void => {
  describe("outcomes", () => {
    it.effect("a body that succeeds keeps its value, and its span is a success", () =>
      Effect.gen(function*() {
        const run = yield* runWith(make, Telemetry.withSpan(Effect.succeed(42), "body"))
        expect(run.exit).toStrictEqual(Exit.succeed(42))
        expect(outline(run.spans)).toEqual(["body"])
        expect(spanNamed(run, "body").exception).toBeNull()
      }))

    it.effect("a body that fails keeps its error, and its span is a failure that names it", () =>
      Effect.gen(function*() {
        const error = new NoAnswer({ message: "the model is silent" })
        const run = yield* runWith(make, Effect.fail(error).pipe(Telemetry.withSpan("body")))
        expect(Exit.isFailure(run.exit) && Cause.isFailType(run.exit.cause)).toBe(true)
        expect(originalOf(run.exit)).toBe(error)
        expect(outline(run.spans)).toEqual(["body [failure]"])
        expect(spanNamed(run, "body").exception).toBe("NoAnswer: the model is silent")
      }))

    it.effect("a body that dies keeps its defect, and its span is a failure that names it", () =>
      Effect.gen(function*() {
        const defect = new TypeError("x is not a function")
        const run = yield* runWith(make, Effect.die(defect).pipe(Telemetry.withSpan("body")))
        expect(Exit.isFailure(run.exit) && Cause.isDieType(run.exit.cause)).toBe(true)
        expect(originalOf(run.exit)).toBe(defect)
        expect(outline(run.spans)).toEqual(["body [failure]"])
        expect(spanNamed(run, "body").exception).toBe("TypeError: x is not a function")
      }))

    it.effect("a body that throws is treated as one that dies", () =>
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

    it.effect("a body that interrupts itself is interrupted, and names no exception", () =>
      Effect.gen(function*() {
        const run = yield* runWith(make, Telemetry.withSpan(Effect.interrupt, "body"))
        expect(Exit.isInterrupted(run.exit)).toBe(true)
        expect(outline(run.spans)).toEqual(["body [interrupted]"])
        expect(spanNamed(run, "body").exception).toBeNull()
      }))

    it.effect("a fiber that is interrupted while the body waits ends the spans it is in", () =>
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

    it.effect("a timeout inside a span interrupts what is below it", () =>
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

    it.effect("an error that is caught outside a span is still the span's", () =>
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

    it.effect("each attempt of a retry has its own span", () =>
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

    it.effect("a failure next to an interruption is a failure", () =>
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
