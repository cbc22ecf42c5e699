/**
 * The order of lines, live and as a tree: spans that stay open or outlive their parent, wide and deep trees.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import { type ConsoleOptions, ConsoleTelemetry, Telemetry } from "loom-telemetry"
import { capture, linesOf } from "./capture.js"

/** A program's lines so far, while it is running. */
const started = <A, E>(program: Effect.Effect<A, E>, options: ConsoleOptions = {}) =>
  Effect.gen(function*() {
    const stream = capture()
    const layer = ConsoleTelemetry.layer({ color: false, stream, ...options })
    const fiber = yield* Effect.fork(Effect.provide(program, layer))
    yield* Effect.yieldNow()
    return { stream, fiber }
  })

describe("live order", () => {
  it.effect("shows a span that has been open for 250 ms, with its ancestors", () =>
    Effect.gen(function*() {
      const slow = Effect.never.pipe(Telemetry.withSpan("model", { model: "m" }), Telemetry.withSpan("run"))
      const { fiber, stream } = yield* started(slow)
      yield* TestClock.adjust("249 millis")
      expect(stream.lines()).toEqual([])
      yield* TestClock.adjust("1 millis")
      expect(stream.lines()).toEqual(["▸ run", "  ▸ model model=m"])
      yield* Fiber.interrupt(fiber)
      expect(stream.lines().slice(2)).toEqual([
        "  • model (250.0ms) model=m [interrupted]",
        "• run (250.0ms) [interrupted]"
      ])
    }))

  it.effect("shows each span after its own 250 ms, however many there were before", () =>
    Effect.gen(function*() {
      const steps = Effect.gen(function*() {
        yield* Effect.sleep("300 millis").pipe(Telemetry.withSpan("first"))
        yield* Effect.sleep("300 millis")
        yield* Effect.sleep("100 millis").pipe(Telemetry.withSpan("quick"))
        yield* Effect.sleep("300 millis").pipe(Telemetry.withSpan("last"))
      })
      const { stream } = yield* started(steps)
      const at = (millis: number) => Effect.as(TestClock.setTime(millis), stream.lines().length)
      yield* TestClock.setTime(250)
      expect(stream.lines()).toEqual(["▸ first"])
      yield* TestClock.setTime(949)
      expect(stream.lines()).toEqual(["▸ first", "• first (300.0ms)", "• quick (100.0ms)"])
      yield* at(950)
      expect(stream.lines().slice(3)).toEqual(["▸ last"])
      yield* at(1000)
      expect(stream.lines().slice(4)).toEqual(["• last (300.0ms)"])
    }))

  it.effect("shows the initial attributes when a span opens, and all of them when it ends", () =>
    Effect.gen(function*() {
      const body = Effect.gen(function*() {
        yield* Telemetry.annotate({ early: 1 })
        yield* Telemetry.withSpan(Effect.void, "child")
        yield* Telemetry.annotate({ late: 2 })
      }).pipe(Telemetry.withSpan("parent", { at: "open" }))
      expect(yield* linesOf(body)).toEqual([
        "▸ parent at=open",
        "  • child (0.0ms)",
        "• parent (0.0ms) at=open, early=1, late=2"
      ])
    }))

  it.effect("shows an open span once, whatever prints inside it", () =>
    Effect.gen(function*() {
      const body = Effect.all([
        Telemetry.withSpan(Effect.void, "a"),
        Telemetry.emitMetric("m", 1),
        Telemetry.withSpan(Effect.void, "b")
      ]).pipe(Telemetry.withSpan("parent"))
      expect(yield* linesOf(body)).toEqual([
        "▸ parent",
        "  • a (0.0ms)",
        "  m 1 (counter)",
        "  • b (0.0ms)",
        "• parent (0.0ms)"
      ])
    }))

  it.effect("prints a daemon's span at its depth after its parent has ended", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const body = Effect.gen(function*() {
        const daemon = yield* Deferred.await(gate).pipe(Telemetry.withSpan("daemon"), Effect.forkDaemon).pipe(
          Effect.zipLeft(Effect.yieldNow()),
          Telemetry.withSpan("parent")
        )
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(daemon)
      })
      expect(yield* linesOf(body)).toEqual(["• parent (0.0ms)", "  • daemon (0.0ms)"])
    }))
})

describe("tree order", () => {
  const tree = { order: "tree" } as const

  it.effect("puts children in the order in which they opened, however they ended", () =>
    Effect.gen(function*() {
      const body = Effect.all([
        Telemetry.withSpan(Effect.sleep("20 millis"), "first"),
        Telemetry.withSpan(Effect.sleep("10 millis"), "second")
      ], { concurrency: 2 }).pipe(Telemetry.withSpan("parent"))
      const { fiber, stream } = yield* started(body, tree)
      yield* TestClock.adjust("20 millis")
      yield* Fiber.join(fiber)
      expect(stream.lines()).toEqual([
        "• parent (20.0ms)",
        "  • first (20.0ms)",
        "  • second (10.0ms)"
      ])
    }))

  it.effect("keeps parallel traces apart", () =>
    Effect.gen(function*() {
      const trace = (name: string, millis: number) =>
        Effect.sleep(millis).pipe(Telemetry.withSpan(`${name}.child`), Telemetry.withSpan(name))
      const { fiber, stream } = yield* started(Effect.all([trace("a", 20), trace("b", 10)], { concurrency: 2 }), tree)
      yield* TestClock.adjust("20 millis")
      yield* Fiber.join(fiber)
      expect(stream.lines()).toEqual([
        "• b (10.0ms)",
        "  • b.child (10.0ms)",
        "• a (20.0ms)",
        "  • a.child (20.0ms)"
      ])
    }))

  it.effect("prints a span that outlives its root when it ends, once and with its children", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const body = Effect.gen(function*() {
        const daemon = yield* Telemetry.withSpan(Effect.void, "early").pipe(
          Effect.zipRight(Deferred.await(gate)),
          Effect.zipRight(Telemetry.withSpan(Effect.void, "late")),
          Telemetry.withSpan("daemon"),
          Effect.forkDaemon,
          Effect.zipLeft(Effect.yieldNow()),
          Telemetry.withSpan("root")
        )
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(daemon)
      })
      expect(yield* linesOf(body, tree)).toEqual([
        "• root (0.0ms)",
        "  • daemon (0.0ms)",
        "    • early (0.0ms)",
        "    • late (0.0ms)"
      ])
    }))

  it.effect("prints open spans when the layer closes, with the spans that ended inside them", () =>
    Effect.gen(function*() {
      const stream = capture()
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(ConsoleTelemetry.layer({ color: false, stream, ...tree }), scope)
      const hanging = Telemetry.withSpan(Effect.void, "done").pipe(
        Effect.zipRight(Effect.never),
        Telemetry.withSpan("inner"),
        Telemetry.withSpan("root", { a: 1 })
      )
      yield* Effect.fork(Effect.provide(hanging, context))
      yield* Effect.yieldNow()
      expect(stream.lines()).toEqual([])
      yield* Scope.close(scope, Exit.void)
      expect(stream.lines()).toEqual(["▸ root a=1", "  ▸ inner", "    • done (0.0ms)"])
    }))

  it.effect("prints a root with two hundred thousand children", () =>
    Effect.gen(function*() {
      const child = Telemetry.withSpan(Effect.void, "child")
      const lines = yield* linesOf(Telemetry.withSpan(Effect.repeatN(child, 199_999), "root"), {
        ...tree,
        capacity: 200_000
      })
      expect(lines).toHaveLength(200_001)
      expect(lines[0]).toMatch(/^• root/)
    }))

  it.effect("prints ten thousand levels, and stops indenting at the fortieth", () =>
    Effect.gen(function*() {
      let body: Effect.Effect<void> = Effect.void
      for (let level = 0; level < 10_000; level++) {
        body = Telemetry.withSpan(body, "level")
      }
      const lines = yield* linesOf(body, tree)
      expect(lines).toHaveLength(10_000)
      expect(lines[40]).toBe(`${" ".repeat(80)}• level (0.0ms)`)
      expect(lines[9999]).toBe(lines[40])
    }))

  const inside = (times: number) =>
    Effect.forEach(Array.from({ length: times }), () => Telemetry.withSpan(Effect.void, "inside"), { discard: true })

  it.effect("prints the trace waiting longest early if too many records wait, and its later spans as they end", () =>
    Effect.gen(function*() {
      const waiting = (name: string) =>
        Effect.gen(function*() {
          const gate = yield* Deferred.make<void>()
          const fiber = yield* inside(2).pipe(
            Effect.zipRight(Deferred.await(gate)),
            Telemetry.withSpan(name, { a: 1 }),
            Effect.fork,
            Effect.zipLeft(Effect.yieldNow())
          )
          return Effect.zipRight(Deferred.succeed(gate, undefined), Fiber.join(fiber))
        })
      const body = Effect.gen(function*() {
        const endFirst = yield* waiting("first")
        const endSecond = yield* waiting("second")
        yield* endFirst
        yield* endSecond
        return yield* Effect.flatMap(ConsoleTelemetry, ({ stats }) => stats)
      })
      const stream = capture()
      const layer = ConsoleTelemetry.layer({ color: false, stream, ...tree, capacity: 3 })
      expect(yield* Effect.provide(body, layer)).toMatchObject({ accepted: 6, written: 6, queued: 0, printedEarly: 1 })
      expect(stream.lines()).toEqual([
        "▸ first a=1 [printed early]",
        "  • inside (0.0ms)",
        "  • inside (0.0ms)",
        "• first (0.0ms) a=1",
        "• second (0.0ms) a=1",
        "  • inside (0.0ms)",
        "  • inside (0.0ms)"
      ])
    }))

  it.effect("prints a later subtree of an early printed trace completely, with its measurements", () =>
    Effect.gen(function*() {
      const step = Effect.zipRight(inside(1), Telemetry.emitMetric("calls", 1)).pipe(Telemetry.withSpan("step"))
      const lines = yield* linesOf(Telemetry.withSpan(Effect.zipRight(inside(3), step), "root"), {
        ...tree,
        capacity: 2,
        width: 30
      })
      expect(lines).toEqual([
        "▸ root [printed early]",
        "  • inside (0.0ms)",
        "  • inside (0.0ms)",
        "  • inside (0.0ms)",
        "  • step (0.0ms)",
        "    • inside (0.0ms)",
        "calls 1 (counter)",
        "• root (0.0ms)"
      ])
    }))

  it.effect("limits the records waiting inside a daemon whose root has already printed", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const body = Effect.gen(function*() {
        const daemon = yield* Deferred.await(gate).pipe(
          Effect.zipRight(inside(10)),
          Effect.zipRight(Effect.never),
          Telemetry.withSpan("daemon"),
          Effect.forkDaemon,
          Effect.zipLeft(Effect.yieldNow()),
          Telemetry.withSpan("root")
        )
        yield* Deferred.succeed(gate, undefined)
        yield* Effect.yieldNow()
        const stats = yield* Effect.flatMap(ConsoleTelemetry, (console) => console.stats)
        yield* Fiber.interrupt(daemon)
        return stats
      })
      const stream = capture()
      const layer = ConsoleTelemetry.layer({ color: false, stream, ...tree, capacity: 4 })
      expect(yield* Effect.provide(body, layer)).toMatchObject({ accepted: 11, written: 11, printedEarly: 1 })
      expect(stream.lines()).toEqual([
        "• root (0.0ms)",
        "  ▸ daemon [printed early]",
        ...Array.from({ length: 10 }, () => "    • inside (0.0ms)"),
        "  • daemon (0.0ms) [interrupted]"
      ])
    }))
})
