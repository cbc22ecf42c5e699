/**
 * Writes that fail, stall or come too late: the program's result does not change, and every record is accounted for.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import { FileTelemetry, Telemetry } from "loom-telemetry"
import { type FaultyFile, faultyFile, noSpace } from "./faultyFile.js"
import { expectBalance } from "./openSink.js"

const span = (name: string, attributes = {}) => Telemetry.withSpan(Effect.void, name, attributes)

const stats = Effect.flatMap(FileTelemetry, (file) => file.stats)

/** Collects the warnings. */
const capturing = (warnings: Array<string>) =>
  Logger.replace(Logger.defaultLogger, Logger.make<unknown, void>(({ message }) => void warnings.push(String(message))))

/** The sink, open until the returned function closes it. */
const openOn = (file: FaultyFile, warnings: Array<string> = []) =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const layer = FileTelemetry.layer("traces.jsonl").pipe(
      Layer.provide(file.layer),
      Layer.provideMerge(capturing(warnings))
    )
    return { context: yield* Layer.buildWithScope(layer, scope), close: Scope.close(scope, Exit.void) }
  })

/** Lets fibers run until all are waiting; the clock stands still. */
const settle = Effect.repeatN(Effect.yieldNow(), 50)

describe("a write that fails", () => {
  it.effect("does not change the program's result, is retried, and is reported", () =>
    Effect.gen(function*() {
      const file = faultyFile(() => noSpace)
      const warnings: Array<string> = []
      const { close, context } = yield* openOn(file, warnings)
      const body = Effect.zipRight(span("inner"), Telemetry.emitMetric("m", 1)).pipe(Telemetry.withSpan("outer"))
      expect(yield* Effect.provide(Effect.as(body, "result"), context)).toBe("result")
      yield* settle
      const during = yield* Effect.provide(stats, context)
      expect(during).toMatchObject({ accepted: 3, written: 0, queued: 3, retried: 0 })
      expect(during.lastError).toContain("ENOSPC")
      yield* TestClock.adjust("50 millis")
      expect(yield* Effect.provide(stats, context)).toMatchObject({ queued: 3, retried: 1 })
      const closing = yield* Effect.fork(close)
      yield* TestClock.adjust("3 seconds")
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(closing)
      const after = yield* Effect.provide(stats, context)
      expect(after).toMatchObject({ accepted: 3, written: 0, queued: 0, dropped: { io: 3, shutdown: 0 } })
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toMatch(/^Writing telemetry to traces\.jsonl failed: .*ENOSPC.*counted in `stats`$/)
    }))

  it.effect("does not change a failure or an interruption of the program", () =>
    Effect.gen(function*() {
      const file = faultyFile(() => noSpace)
      const layer = FileTelemetry.layer("traces.jsonl", { closeTimeout: 0 }).pipe(Layer.provide(file.layer))
      const run = <A, E>(body: Effect.Effect<A, E>) =>
        Effect.gen(function*() {
          const program = Effect.provide(Telemetry.withSpan(body, "s"), Layer.provideMerge(layer, capturing([])))
          const fiber = yield* Effect.fork(Effect.exit(program))
          yield* settle
          yield* TestClock.adjust("1 second")
          return yield* Fiber.join(fiber)
        })
      expect(yield* run(Effect.fail("no"))).toStrictEqual(Exit.fail("no"))
      expect(yield* run(Effect.die("defect"))).toStrictEqual(Exit.die("defect"))
      expect(Exit.isInterrupted(yield* run(Effect.interrupt))).toBe(true)
    }))

  it.effect("loses nothing when the disk recovers", () =>
    Effect.gen(function*() {
      let full = true
      const file = faultyFile(() => full ? noSpace : Effect.void)
      const { close, context } = yield* openOn(file)
      yield* Effect.provide(span("early"), context)
      yield* settle
      full = false
      yield* Effect.provide(Effect.zipRight(span("late"), Telemetry.flush), context)
      expect(yield* Effect.provide(stats, context)).toMatchObject({ accepted: 2, written: 2, queued: 0 })
      yield* close
      expect(file.lines().map((line) => JSON.parse(line).name)).toEqual(["early", "late"])
    }))

  it.effect("that throws behaves the same", () =>
    Effect.gen(function*() {
      let broken = true
      const file = faultyFile(() => broken ? Effect.die(new Error("not even an error of the platform")) : Effect.void)
      const { close, context } = yield* openOn(file)
      yield* Effect.provide(span("kept"), context)
      yield* settle
      expect(yield* Effect.provide(stats, context)).toMatchObject({ accepted: 1, written: 0, queued: 1 })
      broken = false
      yield* Effect.provide(Telemetry.flush, context)
      expect(yield* Effect.provide(stats, context)).toMatchObject({ accepted: 1, written: 1, queued: 0 })
      yield* close
    }))
})

describe("a write that stalls", () => {
  /** A file whose writes wait for the gate. */
  const stalled = Effect.map(Deferred.make<void>(), (gate) => ({
    file: faultyFile(() => Deferred.await(gate)),
    release: Deferred.succeed(gate, undefined)
  }))

  it.effect("queues at most 8 MiB; later records are dropped, counted and reported once", () =>
    Effect.gen(function*() {
      const { file, release } = yield* stalled
      const warnings: Array<string> = []
      const { close, context } = yield* openOn(file, warnings)
      yield* Effect.provide(span("in flight"), context)
      yield* settle
      const large = { text: "x".repeat(8000) }
      yield* Effect.provide(Effect.repeatN(span("waiting", large), 1999), context)
      const during = yield* Effect.provide(stats, context)
      expectBalance(during)
      expect(during.accepted).toBe(2001)
      const lineLength = 8000 + 300
      expect(during.queued).toBeLessThanOrEqual(8 * 1024 * 1024 / 8000)
      expect(during.queued).toBeGreaterThanOrEqual(Math.floor(8 * 1024 * 1024 / lineLength))
      expect(during.dropped.queue_full).toBe(2001 - during.queued)

      yield* release
      yield* Effect.provide(Telemetry.flush, context)
      const after = yield* Effect.provide(stats, context)
      expect(after).toMatchObject({ accepted: 2001, written: during.queued, queued: 0 })
      expect(file.lines()).toHaveLength(during.queued + 1)
      expect(file.lines().filter((line) => line.startsWith("{\"kind\":\"dropped\"")).map((line) => JSON.parse(line)))
        .toEqual([{
          kind: "dropped",
          count: 2001 - during.queued,
          reason: "queue_full",
          at: "1970-01-01T00:00:00.000000Z"
        }])
      yield* Effect.provide(Effect.zipRight(span("later"), Telemetry.flush), context)
      expect(JSON.parse(file.lines().at(-1)!).name).toBe("later")
      yield* close
      expect(warnings).toEqual([
        "The disk is too slow for the telemetry file traces.jsonl: records are dropped and counted"
      ])
    }))

  it.effect("makes a flush wait until everything recorded before it is written", () =>
    Effect.gen(function*() {
      const { file, release } = yield* stalled
      const { close, context } = yield* openOn(file)
      const large = { text: "x".repeat(8000) }
      yield* Effect.provide(Effect.repeatN(span("waiting", large), 1199), context)
      const flushed = yield* Effect.fork(Effect.provide(Telemetry.flush, context))
      // More than fits into the queue: these are dropped at once, and must not count for the others.
      yield* Effect.provide(Effect.repeatN(span("too many", large), 1199), context)
      yield* settle
      expect(yield* Fiber.poll(flushed)).toMatchObject({ _tag: "None" })
      yield* release
      yield* Fiber.join(flushed)
      const { written } = yield* Effect.provide(stats, context)
      expect(file.lines().filter((line) => line.startsWith("{\"kind\":\"span\""))).toHaveLength(written)
      yield* close
    }))

  it.effect("does not keep the layer open: it closes after its timeout and counts the records left", () =>
    Effect.gen(function*() {
      const { file, release } = yield* stalled
      const { close, context } = yield* openOn(file)
      yield* Effect.provide(span("in flight"), context)
      yield* settle
      yield* Effect.provide(span("waiting"), context)
      const closing = yield* Effect.fork(close)
      yield* TestClock.adjust("2999 millis")
      expect(yield* Fiber.poll(closing)).toMatchObject({ _tag: "None" })
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(closing)
      const given = { accepted: 2, written: 0, queued: 0, dropped: { shutdown: 2, io: 0, queue_full: 0 } }
      expect(yield* Effect.provide(stats, context)).toMatchObject(given)
      yield* release
      yield* settle
      expect(yield* Effect.provide(stats, context)).toMatchObject(given)
    }))

  it.effect("is the only one at a time; the next one takes whole lines, at most 256 KiB", () =>
    Effect.gen(function*() {
      const { file, release } = yield* stalled
      const { close, context } = yield* openOn(file)
      yield* Effect.provide(span("first"), context)
      yield* settle
      yield* Effect.provide(Effect.repeatN(span("s", { text: "x".repeat(5000) }), 199), context)
      yield* Effect.provide(
        span("huge", Object.fromEntries(names(50).map((name) => [name, "x".repeat(8000)]))),
        context
      )
      yield* Effect.provide(span("last"), context)
      yield* release
      yield* close
      expect(file.lines()).toHaveLength(203)
      expect(file.writes.every((text) => text.endsWith("\n"))).toBe(true)
      const long = file.writes.filter((text) => text.length > 256 * 1024)
      expect(long.map((text) => JSON.parse(text).name)).toEqual(["huge"])
      expect(file.writes.length).toBeLessThan(10)
    }))
})

const names = (count: number) => Array.from({ length: count }, (_, index) => `a${index}`)

describe("a writer that is never idle", () => {
  it.effect("writes everything in order, and frees the memory of written records", () =>
    Effect.gen(function*() {
      const file = faultyFile(() => Effect.yieldNow())
      const { close, context } = yield* openOn(file)
      yield* Effect.provide(
        Effect.forEach(names(5000), (name) => Effect.zipRight(span(name), Effect.yieldNow()), { discard: true }),
        context
      )
      yield* close
      expect(file.lines().map((line) => JSON.parse(line).name)).toEqual(names(5000))
    }))
})
