/**
 * The release of sinks: concurrent, each within its own time limit, without changing the program's exit.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as HashSet from "effect/HashSet"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/TestClock"
import { MultiTelemetry, Telemetry } from "loom-telemetry"
import { Broken, capturedWarnings, Journal } from "./recordingSinks.js"

const body = Telemetry.withSpan(Effect.void, "body")

/** A sink whose release runs this effect; it notes when the release starts. */
const releasing = (journal: Journal, name: string, release: Effect.Effect<void>, options = {}) =>
  Telemetry.layerSinkScoped(
    Effect.as(
      Effect.addFinalizer(() => Effect.zipRight(Effect.sync(() => journal.entries.push(`${name} begins`)), release)),
      { name }
    ),
    options
  )

/** A sink next to a layer without a timeout of its own. */
const unbounded = (journal: Journal, name: string) =>
  Layer.merge(journal.layer(name), Layer.scopedDiscard(Effect.addFinalizer(() => Effect.never)))

const hanging = (journal: Journal, options = {}) => releasing(journal, "hanging", Effect.never, options)

/** The exit of a program after the clock has moved this far, if it has ended. */
const exitAfter = <A, E>(duration: "0 seconds" | "3 seconds" | "10 seconds", program: Effect.Effect<A, E>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(program)
    yield* TestClock.adjust(duration)
    yield* Effect.repeatN(Effect.yieldNow(), 50)
    return [yield* Fiber.poll(fiber), fiber] as const
  })

describe("a release that hangs", () => {
  it.effect.each([0, 1, 2])(
    "at position %i delays no other, and is abandoned after its own timeout",
    (position) =>
      Effect.gen(function*() {
        const journal = new Journal()
        const [warnings, logger] = capturedWarnings()
        const sinks = [journal.layer("a"), journal.layer("b")].toSpliced(position, 0, hanging(journal))
        const layer = MultiTelemetry.layer(sinks as [Layer.Layer<Telemetry>])
        const program = Effect.provide(Effect.as(body, "done"), Layer.provideMerge(layer, logger))
        const [before, fiber] = yield* exitAfter("0 seconds", program)
        expect(before._tag).toBe("None")
        expect(journal.whoSaid("release")).toEqual(["b", "a"])
        yield* TestClock.adjust("3 seconds")
        expect(yield* Fiber.join(fiber)).toBe("done")
        expect(warnings).toEqual(["The telemetry sink \"hanging\" did not close within 3s and was given up"])
      })
  )

  it.effect("is abandoned after the timeout that was set", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const layer = MultiTelemetry.layer([hanging(journal, { closeTimeout: "5 seconds" }), journal.layer("a")])
      const program = Effect.provide(body, layer)
      const [before, fiber] = yield* exitAfter("3 seconds", program)
      expect(before._tag).toBe("None")
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(fiber)
    }).pipe(Effect.provide(capturedWarnings()[1])))

  it.effect("takes no longer if several hang", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const [warnings, logger] = capturedWarnings()
      const layer = MultiTelemetry.layer([hanging(journal), journal.layer("a"), hanging(journal), hanging(journal)])
      const [after] = yield* exitAfter("3 seconds", Effect.provide(body, Layer.provideMerge(layer, logger)))
      expect(after._tag).toBe("Some")
      expect(warnings).toHaveLength(3)
    }))

  it.effect("in a nested fan-out delays neither the inner nor the outer sinks", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const inner = MultiTelemetry.layer([journal.layer("b"), hanging(journal), journal.layer("c")])
      const layer = MultiTelemetry.layer([journal.layer("a"), inner, journal.layer("d")])
      const [before, fiber] = yield* exitAfter("0 seconds", Effect.provide(body, layer))
      expect(before._tag).toBe("None")
      expect(journal.entries.filter((entry) => /release|begins/.test(entry))).toEqual([
        "d release",
        "c release",
        "hanging begins",
        "b release",
        "a release"
      ])
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.join(fiber)
    }).pipe(Effect.provide(capturedWarnings()[1])))

  it.effect("is abandoned by the fan-out if its layer has no timeout of its own", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const [warnings, logger] = capturedWarnings()
      const layer = MultiTelemetry.layer([journal.layer("a"), unbounded(journal, "b"), journal.layer("c")])
      const [before, fiber] = yield* exitAfter("3 seconds", Effect.provide(body, Layer.provideMerge(layer, logger)))
      expect(before._tag).toBe("None")
      expect(journal.whoSaid("release").toSorted()).toEqual(["a", "b", "c"])
      yield* TestClock.adjust("7 seconds")
      yield* Fiber.join(fiber)
      expect(warnings).toEqual(["The telemetry sink \"b\" did not close within 10s and was given up"])
    }))

  it.effect("does not change the program's failure, and has the same timeout", () =>
    Effect.gen(function*() {
      const program = Effect.provide(Effect.fail("no"), MultiTelemetry.layer([hanging(new Journal())]))
      const [after] = yield* exitAfter("3 seconds", program)
      expect(after).toMatchObject({ _tag: "Some", value: Exit.fail("no") })
    }).pipe(Effect.provide(capturedWarnings()[1])))

  it.effect("is abandoned for a single sink as well", () =>
    Effect.gen(function*() {
      const [after] = yield* exitAfter("3 seconds", Effect.provide(Effect.succeed("done"), hanging(new Journal())))
      expect(after).toMatchObject({ _tag: "Some", value: Exit.succeed("done") })
    }).pipe(Effect.provide(capturedWarnings()[1])))
})

describe("releases", () => {
  it("that never wait are immediate, so a program can run synchronously", () => {
    const journal = new Journal()
    const layer = MultiTelemetry.layer([journal.layer("a"), MultiTelemetry.layer([journal.layer("b")])])
    Effect.runSync(Effect.provide(body, layer))
    expect(journal.whoSaid("release")).toEqual(["b", "a"])
  })

  it.effect("start in reverse order, even if they wait", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const waiting = (name: string) => releasing(journal, name, Effect.repeatN(Effect.yieldNow(), 3))
      yield* Effect.provide(body, MultiTelemetry.layer([waiting("a"), journal.layer("b"), waiting("c")]))
      expect(journal.entries.filter((entry) => /release|begins/.test(entry))).toEqual([
        "c begins",
        "b release",
        "a begins"
      ])
    }))

  it.effect("leave the fiber as it was before, loggers included", () =>
    Effect.gen(function*() {
      const before = { tracer: yield* Effect.tracer, loggers: yield* FiberRef.get(FiberRef.currentLoggers) }
      const logger = Logger.add(Logger.make(() => {}))
      const layer = MultiTelemetry.layer([
        Layer.provideMerge(new Journal().layer("a"), logger),
        Layer.merge(new Journal().layer("b"), logger)
      ])
      const inside = yield* Effect.provide(Effect.zipRight(body, FiberRef.get(FiberRef.currentLoggers)), layer)
      expect(HashSet.size(inside)).toBe(HashSet.size(before.loggers) + 1)
      expect(yield* Effect.tracer).toBe(before.tracer)
      expect(yield* FiberRef.get(FiberRef.currentLoggers)).toEqual(before.loggers)
    }))

  it.effect("in another fiber do not affect that fiber", () =>
    Effect.gen(function*() {
      const before = yield* Effect.tracer
      const build = Layer.build(MultiTelemetry.layer([new Journal().layer("a")]))
      yield* Effect.scoped(Effect.flatMap(Effect.fork(build), Fiber.await))
      expect(yield* Effect.tracer).toBe(before)
    }))
})

describe("a release that dies", () => {
  const dying = (options = {}) =>
    releasing(
      new Journal(),
      "dying",
      Effect.sync(() => {
        throw new Broken("release")
      }),
      options
    )

  const bodies: ReadonlyArray<readonly [string, Effect.Effect<string, string>]> = [
    ["fails", Effect.fail("no")],
    ["dies", Effect.die("bug")],
    ["is interrupted", Effect.interrupt]
  ]

  it.effect.each(bodies)(
    "is logged if the body %s, and does not change the body's cause",
    ([, program]) =>
      Effect.gen(function*() {
        const alone = yield* Effect.exit(program)
        const [warnings, logger] = capturedWarnings()
        const exit = yield* Effect.exit(Effect.provide(program, dying())).pipe(Effect.provide(logger))
        expect(Exit.isFailure(exit) && Cause.isSequentialType(exit.cause)).toBe(false)
        expect(String(exit).replaceAll(/fiber #\d+|#\d+/g, "")).toBe(String(alone).replaceAll(/fiber #\d+|#\d+/g, ""))
        expect(warnings).toHaveLength(1)
        expect(warnings[0]).toContain("the sink broke in release")
      })
  )

  it.effect("leaves the program's own error catchable", () =>
    Effect.gen(function*() {
      const caught = Effect.fail("no").pipe(
        Effect.provide(dying()),
        Effect.catchAll((error) => Effect.succeed(`caught ${error}`))
      )
      expect(yield* caught).toBe("caught no")
    }).pipe(Effect.provide(capturedWarnings()[1])))

  it.effect("is a defect if the body succeeds, or is reported", () =>
    Effect.gen(function*() {
      const exit = yield* Effect.exit(Effect.provide(Effect.succeed("done"), dying()))
      expect(Exit.isFailure(exit) && Cause.squash(exit.cause)).toBeInstanceOf(Broken)
      const [warnings, logger] = capturedWarnings()
      const reported = Layer.provideMerge(dying({ onSinkError: "report" }), logger)
      expect(yield* Effect.provide(Effect.succeed("done"), reported)).toBe("done")
      expect(warnings).toHaveLength(1)
    }))
})
