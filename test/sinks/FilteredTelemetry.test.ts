import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Tracer from "effect/Tracer"
import {
  ConsoleTelemetry,
  FilteredTelemetry,
  InMemoryTelemetry,
  MultiTelemetry,
  NoTelemetryLive,
  type SpanPredicate,
  Telemetry
} from "loom-telemetry"
import { TestTelemetry } from "loom-telemetry/testing"
import { outline } from "../contract/subject.js"
import { Broken, capturedWarnings, Journal } from "./recordingSinks.js"

const unit = (name: string) => Telemetry.withSpan(Effect.void, name)

/** Drops the spans with these names. */
const without = (...names: ReadonlyArray<string>): SpanPredicate => (span) => !names.includes(span.name)

/** The contents of the memory sink behind the filter after the program. */
const filtered = <A, E>(keeps: SpanPredicate, program: Effect.Effect<A, E>) =>
  Effect.gen(function*() {
    yield* Effect.exit(program)
    const memory = yield* InMemoryTelemetry
    return { spans: yield* memory.spans, metrics: yield* memory.metrics, open: yield* memory.open }
  }).pipe(Effect.provide(FilteredTelemetry.layer(InMemoryTelemetry.layer(), keeps)))

const tree = unit("c").pipe(Telemetry.withSpan("b"), Telemetry.withSpan("a"))

describe("a dropped span", () => {
  it.effect("passes its children to its parent", () =>
    Effect.gen(function*() {
      expect(outline((yield* filtered(without("b"), tree)).spans)).toEqual(["a", "  c"])
    }))

  it.effect("makes its children roots of the same trace if it was the root", () =>
    Effect.gen(function*() {
      const program = Effect.zipRight(unit("b"), unit("c")).pipe(Telemetry.withSpan("a"))
      const { spans } = yield* filtered(without("a"), program)
      expect(spans.map((span) => [span.name, span.parentSpanId])).toEqual([["b", null], ["c", null]])
      expect(spans[0]!.traceId).toBe(spans[1]!.traceId)
    }))

  it.effect("passes its children to its own parent in another process", () =>
    Effect.gen(function*() {
      const remote = Tracer.externalSpan({ traceId: "a".repeat(32), spanId: "b".repeat(16), sampled: true })
      const { spans } = yield* filtered(without("a", "b"), Effect.withParentSpan(tree, remote))
      expect(spans).toMatchObject([{ name: "c", traceId: "a".repeat(32), parentSpanId: "b".repeat(16) }])
    }))

  it.effect("may have ended before its child starts, like the ancestor that replaces it", () =>
    Effect.gen(function*() {
      const program = Effect.gen(function*() {
        const ended = yield* Deferred.make<void>()
        const late = yield* Effect.forkDaemon(Effect.zipRight(Deferred.await(ended), unit("late"))).pipe(
          Telemetry.withSpan("b"),
          Telemetry.withSpan("a")
        )
        yield* Deferred.succeed(ended, undefined)
        yield* Fiber.join(late)
      })
      expect(outline((yield* filtered(without("b"), program)).spans)).toEqual(["a", "  late"])
      expect(outline((yield* filtered(without("a", "b"), program)).spans)).toEqual(["late"])
    }))

  it.effect("may be a library's span", () =>
    Effect.gen(function*() {
      const program = unit("c").pipe(Effect.withSpan("http", { attributes: { noise: true } }), Telemetry.withSpan("a"))
      expect(outline((yield* filtered((span) => span.attributes["noise"] !== true, program)).spans)).toEqual([
        "a",
        "  c"
      ])
    }))

  it.effect("passes its measurements to the nearest kept ancestor, or to no span", () =>
    Effect.gen(function*() {
      const program = Telemetry.emitMetric("calls", 1).pipe(Telemetry.withSpan("b"), Telemetry.withSpan("a"))
      const below = yield* filtered(without("b"), program)
      expect(below.metrics).toMatchObject([{ name: "calls", value: 1, spanId: below.spans[0]!.spanId }])
      const alone = yield* filtered(without("a", "b"), program)
      expect(alone.metrics).toMatchObject([{ name: "calls", value: 1 }])
      expect(alone.metrics[0]).not.toHaveProperty("spanId")
      expect(alone.metrics[0]).not.toHaveProperty("traceId")
    }))

  it.effect("is not among the open spans, and its children are already in their final position", () =>
    Effect.gen(function*() {
      const open = Effect.flatMap(InMemoryTelemetry, (memory) => memory.open)
      const names = yield* open.pipe(
        Telemetry.withSpan("c"),
        Telemetry.withSpan("b"),
        Telemetry.withSpan("a"),
        Effect.provide(FilteredTelemetry.layer(InMemoryTelemetry.layer(), without("b")))
      )
      expect(names.map((span) => span.name)).toEqual(["a", "c"])
      expect(names[1]!.parentSpanId).toBe(names[0]!.spanId)
    }))

  it.effect("adds no indentation on the console", () =>
    Effect.gen(function*() {
      for (const order of ["tree", "live"] as const) {
        const lines: Array<string> = []
        const console = ConsoleTelemetry.layer({ order, color: false, stream: { write: (line) => lines.push(line) } })
        yield* Effect.provide(tree, FilteredTelemetry.layer(console, without("b")))
        const ends = lines.map((line) => line.replace(/ \(.*\n$/, "").trimEnd())
        expect(ends).toEqual(order === "tree" ? ["• a", "  • c"] : ["▸ a", "  • c", "• a"])
      }
    }))
})

describe("next to other sinks", () => {
  it.effect("the other sinks receive the whole tree with the same ids", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const layer = MultiTelemetry.layer([
        FilteredTelemetry.layer(journal.layer("some"), without("b")),
        InMemoryTelemetry.layer()
      ])
      const spans = yield* Effect.zipRight(tree, Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans)).pipe(
        Effect.provide(layer)
      )
      expect(outline(spans)).toEqual(["a", "  b", "    c"])
      expect(journal.of("some").filter((entry) => entry.startsWith("end"))).toEqual([
        "end c success null",
        "end a success null"
      ])
    }))

  it.effect("a filter around a fan-out filters all its sinks, and calls the predicate once per span", () =>
    Effect.gen(function*() {
      const asked: Array<string> = []
      const journal = new Journal()
      const layer = FilteredTelemetry.layer(
        MultiTelemetry.layer([journal.layer("x"), TestTelemetry.layer, journal.layer("y")]),
        (span) => {
          asked.push(span.name)
          return span.name !== "b"
        }
      )
      const spans = yield* Effect.zipRight(tree, Effect.flatMap(TestTelemetry, (test) => test.spans)).pipe(
        Effect.provide(layer)
      )
      expect(asked).toEqual(["a", "b", "c"])
      expect(outline(spans)).toEqual(["a", "  c"])
      // The ids are still those of the sink that counts them.
      expect(spans.at(-1)!.spanId).toBe("1".padStart(16, "0"))
      expect(journal.whoSaid("start c")).toEqual(["x", "y"])
      expect(journal.whoSaid("start b")).toEqual([])
    }))

  it.effect("the same sink with and without a filter is one sink, and the first one counts", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const sink = journal.layer("once")
      yield* Effect.provide(tree, MultiTelemetry.layer([FilteredTelemetry.layer(sink, without("b")), sink]))
      expect(journal.of("once").filter((entry) => entry.startsWith("start"))).toEqual(["start a", "start c"])
      expect(journal.whoSaid("release")).toEqual(["once"])
    }))

  it.effect("a filter behind a filter sees the tree that the first one leaves", () =>
    Effect.gen(function*() {
      const parents: Array<string | null> = []
      const inner = FilteredTelemetry.layer(InMemoryTelemetry.layer(), (span) => {
        parents.push(span.parentSpanId)
        return span.name !== "b"
      })
      const program = Telemetry.emitMetric("calls", 1).pipe(
        Telemetry.withSpan("d"),
        Telemetry.withSpan("c"),
        Telemetry.withSpan("b"),
        Telemetry.withSpan("a")
      )
      const held = yield* Effect.zipRight(
        program,
        Effect.flatMap(InMemoryTelemetry, ({ metrics, spans }) => Effect.all({ metrics, spans }))
      ).pipe(Effect.provide(FilteredTelemetry.layer(inner, without("c", "d"))))
      expect(outline(held.spans)).toEqual(["a"])
      expect(parents).toEqual([null, held.spans[0]!.spanId])
      expect(held.metrics[0]!.spanId).toBe(held.spans[0]!.spanId)
    }))

  it.effect("a filter around NoTelemetryLive records nothing", () =>
    Effect.gen(function*() {
      const sinks = yield* Effect.map(Telemetry, (telemetry) => telemetry.sinks).pipe(
        Effect.provide(FilteredTelemetry.layer(NoTelemetryLive, () => true))
      )
      expect(sinks).toEqual([])
    }))
})

describe("failures", () => {
  it.effect("a predicate that throws keeps the span, and is logged once", () =>
    Effect.gen(function*() {
      const [warnings, logger] = capturedWarnings()
      const { spans } = yield* Effect.provide(
        filtered(() => {
          throw new Error("no idea")
        }, tree),
        logger
      )
      expect(outline(spans)).toEqual(["a", "  b", "    c"])
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toContain("\"memory\"")
      expect(warnings[0]).toContain("no idea")
    }))

  it.effect("a sink's exception is handled as without a filter", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const layer = FilteredTelemetry.layer(journal.breaking("broken", "onSpanEnd"), without("b"))
      const [warnings, logger] = capturedWarnings()
      const exit = yield* Effect.exit(Effect.provide(tree, Layer.provideMerge(layer, logger)))
      expect(Exit.isFailure(exit) && Cause.squash(exit.cause)).toBeInstanceOf(Broken)
      expect(warnings[0]).toContain("\"filtered(broken)\"")
      expect(journal.of("broken")).toEqual([
        "start a",
        "start c",
        "end c success null",
        "end a success null",
        "flush",
        "release"
      ])
    }))

  it.effect("a sink layer's failure becomes the failure of the filter's layer", () =>
    Effect.gen(function*() {
      const layer = FilteredTelemetry.layer(Telemetry.layerSinkScoped(Effect.fail("closed" as const)), () => true)
      expect(yield* Effect.flip(Effect.provide(tree, layer))).toBe("closed")
    }))
})
