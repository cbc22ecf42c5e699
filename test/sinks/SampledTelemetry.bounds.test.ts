/**
 * The limits of tail sampling: memory, closing, other decorators and sinks, invalid options.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import {
  FilteredTelemetry,
  InMemoryTelemetry,
  MultiTelemetry,
  SampledTelemetry,
  type TailOptions,
  Telemetry
} from "loom-telemetry"
import { outline } from "../contract/subject.js"
import { Broken, capturedWarnings, Journal } from "./recordingSinks.js"
import { memory, names, sampled, stats, unit } from "./tailSampled.js"

describe("the memory limit", () => {
  it.effect("keeps the oldest trace when too much is held, and passes on its later events as they happen", () =>
    Effect.gen(function*() {
      const program = Effect.gen(function*() {
        for (let index = 0; index < 10; index++) {
          yield* unit(`child${index}`)
          yield* Telemetry.emitMetric("calls", index)
        }
        return [yield* memory, yield* stats] as const
      })
      const [[during, counted], after] = yield* Effect.all([Telemetry.withSpan(program, "root"), memory]).pipe(
        Effect.provide(sampled({ maxSpans: 4 }))
      )
      expect(names(during.spans)).toEqual(Array.from({ length: 10 }, (_, index) => `child${index}`))
      expect(during.metrics.map((metric) => metric.value)).toEqual(Array.from({ length: 10 }, (_, index) => index))
      expect(during.open.map((span) => span.name)).toEqual(["root"])
      expect(counted).toEqual({ kept: 10, dropped: 0, decidedEarly: 1, held: 0 })
      expect(outline(after.spans)[0]).toBe("root")
    }))

  it.effect("still holds the newer traces", () =>
    Effect.gen(function*() {
      const hold = yield* Deferred.make<void>()
      const trace = (name: string) => Effect.fork(Telemetry.withSpan(Deferred.await(hold), name))
      const program = Effect.gen(function*() {
        const fibers = yield* Effect.forEach(["a", "b", "c"], (name) => Effect.zipLeft(trace(name), Effect.yieldNow()))
        const during = yield* memory
        yield* Deferred.succeed(hold, undefined)
        yield* Fiber.awaitAll(fibers)
        return [during, yield* memory] as const
      })
      const [during, after] = yield* Effect.provide(program, sampled({ maxSpans: 2 }))
      expect(names(during.open)).toEqual(["a"])
      expect(names(after.spans)).toEqual(["a"])
    }))
})

describe("when the layer closes", () => {
  it.effect("undecided traces are decided by the spans they have, before the sink is flushed", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const never = (program: Effect.Effect<unknown, string>) =>
        Effect.forkDaemon(Telemetry.withSpan(Effect.zipRight(Effect.ignore(program), Effect.never), "open"))
      const program = Effect.all([
        never(Telemetry.withSpan(Effect.fail("no"), "failed")),
        never(unit("fine"))
      ]).pipe(Effect.tap(() => Effect.yieldNow()))
      const fibers = yield* Effect.provide(program, SampledTelemetry.tail(journal.layer("sink")))
      expect(journal.of("sink")).toEqual(["start open", "start failed", "end failed failure no", "flush", "release"])
      yield* Fiber.interruptAll(fibers)
      expect(journal.of("sink").at(-1)).toBe("end open interrupted null")
    }))

  it.effect("a sink that throws is reported and still receives the other traces", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const [warnings, logger] = capturedWarnings()
      const open = Effect.forkDaemon(Telemetry.withSpan(Effect.zipRight(unit("inner"), Effect.never), "open"))
      const layer = SampledTelemetry.tail(journal.breaking("broken", "onSpanEnd"), { ratio: 1 })
      const program = Effect.all([open, open]).pipe(Effect.tap(() => Effect.yieldNow()))
      const fibers = yield* Effect.provide(program, Layer.provideMerge(layer, logger))
      expect(journal.whoSaid("end inner success null")).toHaveLength(2)
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toContain("the sink broke in onSpanEnd")
      yield* Fiber.interruptAll(fibers)
    }))
})

describe("with other decorators and sinks", () => {
  it.effect("all sinks of a fan-out behind it receive the same traces, from one decision", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      let asked = 0
      const layer = SampledTelemetry.tail(
        MultiTelemetry.layer([journal.layer("a"), InMemoryTelemetry.layer(), journal.layer("b")]),
        { keep: () => asked++ % 2 === 0 }
      )
      const held = yield* Effect.provide(Effect.all([unit("x"), unit("y"), unit("z"), memory]), layer)
      expect(asked).toBe(3)
      expect(names(held[3].spans)).toEqual(["x", "z"])
      expect(journal.whoSaid("start y")).toEqual([])
      expect(journal.whoSaid("start z").toSorted()).toEqual(["a", "b"])
    }))

  it.effect("a filter around it hides spans from its decision, a filter inside it does not", () =>
    Effect.gen(function*() {
      const program = Effect.ignore(Telemetry.withSpan(Effect.fail("no"), "noise")).pipe(Telemetry.withSpan("root"))
      const quiet = (span: { readonly name: string }) => span.name !== "noise"
      const before = FilteredTelemetry.layer(sampled(), quiet)
      const behind = SampledTelemetry.tail(FilteredTelemetry.layer(InMemoryTelemetry.layer(), quiet))
      const run = (layer: Layer.Layer<Telemetry | InMemoryTelemetry>) =>
        Effect.map(Effect.provide(Effect.zipRight(program, memory), layer), ({ spans }) => names(spans))
      expect(yield* run(before)).toEqual([])
      expect(yield* run(behind)).toEqual(["root"])
    }))

  it.effect("a sink's exception is raised at the end of the trace, after all of it has been passed on", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const layer = SampledTelemetry.tail(journal.breaking("broken", "onSpanEnd"), { ratio: 1 })
      const program = Effect.all([unit("a"), unit("b")]).pipe(Telemetry.withSpan("root"))
      const exit = yield* Effect.exit(Effect.provide(program, layer)).pipe(Effect.provide(capturedWarnings()[1]))
      expect(Exit.isFailure(exit) && Cause.squash(exit.cause)).toBeInstanceOf(Broken)
      expect(journal.whoSaid("end root success null")).toEqual(["broken"])
    }))
})

describe("invalid options", () => {
  const faults: ReadonlyArray<readonly [TailOptions, string]> = [
    [{ ratio: NaN }, "`ratio` must be a fraction from 0 to 1, but it is NaN"],
    [{ ratio: 2 }, "`ratio` must be"],
    [{ slowerThan: -5 }, "`slowerThan` must be a duration, but it is -5"],
    [{ slowerThan: NaN }, "`slowerThan` must be"],
    [{ slowerThan: "soon" as "1 second" }, "`slowerThan` must be"],
    [{ slowerThan: "-1 seconds" }, "`slowerThan` must be"],
    [{ costlierThan: -1 }, "`costlierThan` must be an amount of US dollars"],
    [{ costlierThan: NaN }, "`costlierThan` must be"],
    [{ maxSpans: 0 }, "`maxSpans` must be"],
    [{ maxSpans: NaN }, "`maxSpans` must be"]
  ]

  it.effect.each(faults)("are a defect that names the remedy: %o", ([options, message]) =>
    Effect.gen(function*() {
      const exit = yield* Effect.exit(Effect.provide(unit("body"), sampled(options)))
      const text = Exit.isFailure(exit) && Cause.isDieType(exit.cause) ? Cause.pretty(exit.cause) : ""
      expect(text).toContain("SampledTelemetry.tail: ")
      expect(text).toContain(message)
      expect(text).toMatch(/\. (Use|Leave)/)
    }))
})
