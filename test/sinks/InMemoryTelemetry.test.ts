/**
 * The in-memory sink: what it holds, and for how long.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { InMemoryTelemetry, InMemoryTelemetryLive, MultiTelemetry, type SpanNode, Telemetry } from "loom-telemetry"

const span = (name: string) => Telemetry.withSpan(Effect.void, name)

const spanNames = Effect.flatMap(
  InMemoryTelemetry,
  (memory) => Effect.map(memory.spans, (spans) => spans.map((each) => each.name))
)
const openNames = Effect.flatMap(
  InMemoryTelemetry,
  (memory) => Effect.map(memory.open, (spans) => spans.map((each) => each.name))
)
const metricNames = Effect.flatMap(
  InMemoryTelemetry,
  (memory) => Effect.map(memory.metrics, (metrics) => metrics.map((each) => each.name))
)
const stats = Effect.flatMap(InMemoryTelemetry, (memory) => memory.stats)

/** Name and children, as nested arrays. */
const shape = ({ children, span: { name } }: SpanNode): ReadonlyArray<unknown> => [name, ...children.map(shape)]
const tree = Effect.flatMap(InMemoryTelemetry, (memory) => Effect.map(memory.tree, (roots) => roots.map(shape)))

describe("the in-memory sink", () => {
  it.effect("holds spans in the order in which they ended, and metrics in the order in which they were recorded", () =>
    Effect.gen(function*() {
      yield* Effect.gen(function*() {
        yield* Telemetry.emitMetric("first", 1)
        yield* span("inner")
        yield* Telemetry.emitMetric("second", 2)
      }).pipe(Telemetry.withSpan("outer"))
      expect(yield* spanNames).toEqual(["inner", "outer"])
      expect(yield* metricNames).toEqual(["first", "second"])
    }).pipe(Effect.provide(InMemoryTelemetryLive)))

  it.effect("lists open spans, oldest first, with their current attributes", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const open = yield* Effect.gen(function*() {
        yield* Telemetry.annotate({ late: 2 })
        const fiber = yield* Effect.fork(Telemetry.withSpan(Deferred.await(gate), "inner"))
        yield* Effect.yieldNow()
        const memory = yield* InMemoryTelemetry
        const now = yield* memory.open
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(fiber)
        return now
      }).pipe(Telemetry.withSpan("outer", { early: 1 }))
      expect(open.map((each) => [each.name, each.attributes])).toEqual([
        ["outer", { early: 1, late: 2 }],
        ["inner", {}]
      ])
      expect(open[1]!.parentSpanId).toBe(open[0]!.spanId)
      expect(yield* openNames).toEqual([])
    }).pipe(Effect.provide(InMemoryTelemetryLive)))

  it.effect("lists the open spans of a fan-out as well", () =>
    Effect.gen(function*() {
      expect(yield* Telemetry.withSpan(openNames, "s")).toEqual(["s"])
    }).pipe(Effect.provide(MultiTelemetry.layer([InMemoryTelemetryLive]))))

  it.effect("returns spans as trees, children in the order in which they opened", () =>
    Effect.gen(function*() {
      yield* Effect.gen(function*() {
        yield* Effect.fork(Telemetry.withSpan(Effect.yieldNow(), "slow"))
        yield* Effect.yieldNow()
        yield* Telemetry.withSpan(span("leaf"), "quick")
        yield* Effect.yieldNow()
      }).pipe(Telemetry.withSpan("root"))
      yield* span("another")
      expect(yield* tree).toEqual([["root", ["slow"], ["quick", ["leaf"]]], ["another"]])
    }).pipe(Effect.provide(InMemoryTelemetryLive)))

  it.effect("shows a span as a root if its parent has not ended", () =>
    Effect.gen(function*() {
      expect(yield* Telemetry.withSpan(Effect.zipRight(span("child"), tree), "open")).toEqual([["child"]])
    }).pipe(Effect.provide(InMemoryTelemetryLive)))

  it.effect("returns the same record on every read, in arrays that never change", () =>
    Effect.gen(function*() {
      const memory = yield* InMemoryTelemetry
      yield* span("a")
      yield* Telemetry.emitMetric("m", 1)
      const [spans, metrics] = [yield* memory.spans, yield* memory.metrics]
      yield* span("b")
      yield* Telemetry.emitMetric("m", 2)
      expect(spans).toHaveLength(1)
      expect(metrics).toHaveLength(1)
      expect((yield* memory.spans)[0]).toBe(spans[0])
      expect((yield* memory.metrics)[0]).toBe(metrics[0])
      expect((yield* memory.tree)[0]!.span).toBe(spans[0])
    }).pipe(Effect.provide(InMemoryTelemetryLive)))

  it.effect("drops its records on clear and keeps recording; open spans stay open", () =>
    Effect.gen(function*() {
      const memory = yield* InMemoryTelemetry
      yield* Effect.gen(function*() {
        yield* span("before")
        yield* Telemetry.emitMetric("before", 1)
        yield* memory.clear
        expect(yield* spanNames).toEqual([])
        expect(yield* metricNames).toEqual([])
        expect(yield* openNames).toEqual(["around"])
        yield* span("after")
      }).pipe(Telemetry.withSpan("around"))
      expect(yield* spanNames).toEqual(["after", "around"])
      expect(yield* stats).toStrictEqual({ accepted: 4, held: 2, dropped: 0 })
    }).pipe(Effect.provide(InMemoryTelemetryLive)))

  it.effect("starts empty each time its layer is built", () =>
    Effect.gen(function*() {
      yield* Effect.provide(span("a"), InMemoryTelemetryLive)
      expect(yield* Effect.provide(spanNames, InMemoryTelemetryLive)).toEqual([])
    }))
})

describe("the capacity of the in-memory sink", () => {
  const fill = Effect.forEach(["a", "b", "c", "d", "e"], span, { discard: true })

  it.effect("limits spans and metrics together; the oldest are dropped and counted", () =>
    Effect.gen(function*() {
      yield* span("a")
      yield* Telemetry.emitMetric("m", 1)
      yield* Effect.zipRight(span("b"), span("c"))
      expect(yield* spanNames).toEqual(["b", "c"])
      expect(yield* metricNames).toEqual(["m"])
      yield* span("d")
      expect(yield* spanNames).toEqual(["b", "c", "d"])
      expect(yield* metricNames).toEqual([])
      expect(yield* stats).toStrictEqual({ accepted: 5, held: 3, dropped: 2 })
    }).pipe(Effect.provide(InMemoryTelemetry.layer({ capacity: 3 }))))

  it.effect("applies again after a clear", () =>
    Effect.gen(function*() {
      yield* fill
      yield* Effect.flatMap(InMemoryTelemetry, (memory) => memory.clear)
      yield* fill
      expect(yield* spanNames).toEqual(["c", "d", "e"])
      expect(yield* stats).toStrictEqual({ accepted: 10, held: 3, dropped: 4 })
    }).pipe(Effect.provide(InMemoryTelemetry.layer({ capacity: 3 }))))

  it.effect("shows a span as a root if its parent was dropped", () =>
    Effect.gen(function*() {
      yield* Effect.scoped(Effect.gen(function*() {
        const parent = yield* Effect.scoped(Telemetry.spanScoped("parent"))
        yield* Effect.forEach(["a", "b"], (name) => Effect.withParentSpan(span(name), parent))
      }))
      expect(yield* tree).toEqual([["a"], ["b"]])
    }).pipe(Effect.provide(InMemoryTelemetry.layer({ capacity: 2 }))))

  for (const capacity of [0, -5, NaN, 0.5]) {
    it.effect(`is at least one record if ${capacity} is given`, () =>
      Effect.gen(function*() {
        yield* fill
        expect(yield* spanNames).toEqual(["e"])
      }).pipe(Effect.provide(InMemoryTelemetry.layer({ capacity }))))
  }

  it.effect("is 100,000 by default", () =>
    Effect.gen(function*() {
      yield* Effect.repeatN(Telemetry.emitMetric("m", 1), 100_000)
      expect(yield* stats).toStrictEqual({ accepted: 100_001, held: 100_000, dropped: 1 })
    }).pipe(Effect.provide(InMemoryTelemetryLive)))
})
