/**
 * The effects of a sink's exception: it is never recorded, never logged twice, and never reaches the program's own error handling.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { InMemoryTelemetry, MultiTelemetry, Telemetry } from "loom-telemetry"
import { outline } from "../contract/subject.js"
import { Broken, capturedWarnings, type Fault, Journal } from "./recordingSinks.js"

/** The exit of a program with a broken sink, the contents of the memory sink at the end, and the log. */
const besideBroken = <A, E>(
  fault: Fault,
  program: Effect.Effect<A, E>,
  options: { readonly onSinkError?: "raise" | "report" } = {}
) =>
  Effect.suspend(() => {
    const journal = new Journal()
    const [warnings, logger] = capturedWarnings()
    const layer = MultiTelemetry.layer([InMemoryTelemetry.layer(), journal.breaking("broken", fault)], options)
    return Effect.gen(function*() {
      const exit = yield* Effect.exit(program)
      const memory = yield* InMemoryTelemetry
      return { exit, spans: yield* memory.spans, open: yield* memory.open, warnings }
    }).pipe(Effect.provide(Layer.provideMerge(layer, logger)))
  })

const isBroken = (exit: Exit.Exit<unknown, unknown>): boolean =>
  Exit.isFailure(exit) && Cause.isDie(exit.cause) && Cause.squash(exit.cause) instanceof Broken

const inner = Telemetry.withSpan(Effect.void, "inner")

describe("in the records", () => {
  it.effect("a sink's exception does not make a span fail, nor the spans around it", () =>
    Effect.gen(function*() {
      const run = yield* besideBroken(
        "onSpanEnd",
        inner.pipe(Telemetry.withSpan("middle"), Telemetry.withSpan("outer"))
      )
      expect(isBroken(run.exit)).toBe(true)
      expect(outline(run.spans)).toEqual(["outer", "  middle", "    inner"])
      expect(run.spans.map((span) => span.exception)).toEqual([null, null, null])
    }))

  it.effect("a sink's exception does not make a library's span fail", () =>
    Effect.gen(function*() {
      const run = yield* besideBroken(
        "onSpanEnd",
        Effect.void.pipe(Effect.withSpan("inner"), Effect.withSpan("middle"), Telemetry.withSpan("outer"))
      )
      expect(isBroken(run.exit)).toBe(true)
      expect(outline(run.spans)).toEqual(["outer", "  middle", "    inner"])
    }))

  it.effect("a body that fails by itself after a sink threw is a failure, with its own error", () =>
    Effect.gen(function*() {
      const run = yield* besideBroken(
        "onSpanEnd",
        Effect.exit(inner).pipe(Effect.zipRight(Effect.fail("no")), Telemetry.withSpan("outer"))
      )
      expect(run.exit).toEqual(Exit.fail("no"))
      expect(outline(run.spans)).toEqual(["outer [failure]", "  inner"])
      expect(run.spans.at(-1)!.exception).toBe("no")
    }))

  it.effect("no span is left open, whatever throws", () =>
    Effect.gen(function*() {
      for (const fault of ["onSpanStart", "onSpanEnd", "onMetric"] as const) {
        const run = yield* besideBroken(
          fault,
          Effect.scoped(Effect.zipRight(
            Telemetry.spanScoped("scoped"),
            Effect.all([inner, Effect.withSpan(Telemetry.emitMetric("calls", 1), "library")], { concurrency: 2 })
          ))
        )
        expect(run.open).toEqual([])
        expect(isBroken(run.exit)).toBe(true)
      }
    }))
})

describe("in the program", () => {
  it.effect("the program's own catchAll still sees its error", () =>
    Effect.gen(function*() {
      const program = Effect.fail("no").pipe(
        Telemetry.withSpan("body"),
        Effect.catchAll((error) => Effect.succeed(`caught ${error}`))
      )
      for (const fault of ["onSpanStart", "onSpanEnd", "onMetric"] as const) {
        const run = yield* besideBroken(fault, program)
        expect(run.exit).toEqual(Exit.succeed("caught no"))
      }
    }))

  it.effect("an exception at a measurement is raised at the end of its span", () =>
    Effect.gen(function*() {
      let finished = false
      const program = Telemetry.emitMetric("calls", 1).pipe(
        Effect.zipRight(Effect.sync(() => finished = true)),
        Telemetry.withSpan("body")
      )
      const run = yield* besideBroken("onMetric", program)
      expect(finished).toBe(true)
      expect(isBroken(run.exit)).toBe(true)
      expect(outline(run.spans)).toEqual(["body"])
    }))

  it.effect("an exception at a measurement outside of spans is raised immediately", () =>
    Effect.gen(function*() {
      expect(isBroken((yield* besideBroken("onMetric", Telemetry.emitMetric("calls", 1))).exit)).toBe(true)
    }))

  it.effect("several exceptions at one measurement outside of spans are raised together", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const broken = ["one", "other"].map((name) => journal.breaking(name, "onMetric"))
      const exit = yield* Telemetry.emitMetric("calls", 1).pipe(
        Effect.provide(MultiTelemetry.layer([broken[0]!, broken[1]!])),
        Effect.exit
      )
      const raised = Exit.isFailure(exit) && Cause.squash(exit.cause)
      expect(raised).toBeInstanceOf(AggregateError)
      expect((raised as AggregateError).errors.map((error) => error instanceof Broken)).toEqual([true, true])
    }))

  it.effect("an exception is raised from streams and scoped spans too, if nothing else failed", () =>
    Effect.gen(function*() {
      const stream = Telemetry.withSpanStream(Stream.make(1, 2), "stream")
      expect(isBroken((yield* besideBroken("onSpanEnd", Stream.runDrain(stream))).exit)).toBe(true)
      expect((yield* besideBroken("onSpanEnd", Stream.runHead(stream))).exit).toMatchObject({ _tag: "Success" })
      const scoped = Effect.scoped(Telemetry.spanScoped("scoped"))
      expect(isBroken((yield* besideBroken("onSpanEnd", scoped)).exit)).toBe(true)
      const failing = Effect.scoped(Effect.zipRight(Telemetry.spanScoped("scoped"), Effect.fail("no")))
      expect((yield* besideBroken("onSpanEnd", failing)).exit).toEqual(Exit.fail("no"))
    }))

  it.effect("flush never fails, and flushes every other sink", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const [a, b, c] = [journal.layer("a"), journal.breaking("b", "flush"), journal.layer("c")]
      const program = Effect.zipRight(Telemetry.flush, Effect.sync(() => journal.whoSaid("flush")))
      const flushed = yield* Effect.provide(program, MultiTelemetry.layer([a, b, c]))
      expect(flushed).toEqual(["a", "b", "c"])
    }).pipe(Effect.provide(capturedWarnings()[1])))

  it.effect("a sink that hangs in flush is abandoned, and delays no other", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const hanging = Telemetry.layerSink({ name: "hanging", flush: Effect.never })
      const [warnings, logger] = capturedWarnings()
      const layer = MultiTelemetry.layer([journal.layer("a"), hanging, journal.layer("c")])
      const program = Effect.gen(function*() {
        const waiting = yield* Effect.fork(Telemetry.flush)
        yield* TestClock.adjust("1 second")
        const flushed = journal.whoSaid("flush")
        yield* TestClock.adjust("1 minute")
        yield* Fiber.join(waiting)
        return flushed
      })
      const fiber = yield* Effect.fork(Effect.provide(program, Layer.provideMerge(layer, logger)))
      // Once for the flush in the program, once for the flush on release.
      yield* TestClock.adjust("2 minutes")
      yield* TestClock.adjust("2 minutes")
      expect(yield* Fiber.join(fiber)).toEqual(["a", "c"])
      expect(warnings).toHaveLength(2)
      expect(warnings[0]).toContain("\"hanging\"")
      expect(journal.whoSaid("release")).toEqual(["c", "a"])
    }))
})

describe("in the log", () => {
  it.effect("a sink that throws repeatedly is logged once", () =>
    Effect.gen(function*() {
      const run = yield* besideBroken("onSpanEnd", Effect.repeatN(inner, 9), { onSinkError: "report" })
      expect(run.exit).toEqual(Exit.void)
      expect(run.spans).toHaveLength(10)
      expect(run.warnings).toHaveLength(1)
      expect(run.warnings[0]).toContain("\"broken\"")
      expect(run.warnings[0]).toContain("onSpanEnd")
    }))

  it.effect("two broken sinks with the same name are logged once each", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const [warnings, logger] = capturedWarnings()
      const sinks = [journal.breaking("same", "onSpanEnd"), journal.breaking("same", "onSpanEnd")] as const
      yield* Effect.repeatN(inner, 3).pipe(
        Effect.provide(Layer.provideMerge(MultiTelemetry.layer(sinks, { onSinkError: "report" }), logger))
      )
      expect(warnings).toHaveLength(2)
    }))

  it.effect("an exception is logged if the body fails", () =>
    Effect.gen(function*() {
      const run = yield* besideBroken("onSpanEnd", Effect.fail("no").pipe(Telemetry.withSpan("body")))
      expect(run.exit).toEqual(Exit.fail("no"))
      expect(run.warnings).toHaveLength(1)
    }))

  it.effect("a warning does not become an event of the current span", () =>
    Effect.gen(function*() {
      const program = inner.pipe(Effect.zipRight(Telemetry.emitMetric("calls", 1)), Telemetry.withSpan("outer"))
      for (const fault of ["onSpanStart", "onMetric", "onSpanEnd"] as const) {
        const run = yield* besideBroken(fault, program, { onSinkError: "report" })
        expect(run.spans.flatMap((span) => span.events)).toEqual([])
      }
    }))
})
