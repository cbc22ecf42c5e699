import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import type { SinkLayers, SpanRecord } from "loom-telemetry"
import {
  FileTelemetry,
  InMemoryTelemetry,
  MultiTelemetry,
  NoTelemetryLive,
  Telemetry,
  TelemetryOpenError
} from "loom-telemetry"
import { TestTelemetry } from "loom-telemetry/testing"
import { Journal } from "./recordingSinks.js"

const body = Telemetry.withSpan(Effect.void, "body")

/** A sink that keeps the records themselves. */
const keeping = () => {
  const spans: Array<SpanRecord> = []
  return { spans, layer: Telemetry.layerSink({ name: "keeping", onSpanEnd: (span) => spans.push(span) }) }
}

const memorySpans = Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans)

describe("identity", () => {
  it.effect("a span has the same ids, parent and times in all sinks", () =>
    Effect.gen(function*() {
      const first = keeping()
      const second = keeping()
      const held = yield* Effect.zipRight(Telemetry.withSpan(body, "root"), memorySpans).pipe(
        Effect.provide(MultiTelemetry.layer([first.layer, InMemoryTelemetry.layer(), second.layer]))
      )
      expect(held.map((span) => span.name)).toEqual(["body", "root"])
      expect(first.spans).toEqual(held)
      expect(second.spans).toEqual(held)
    }))

  it.effect("a sink with sequential ids provides them to all", () =>
    Effect.gen(function*() {
      const custom = keeping()
      yield* Effect.provide(body, MultiTelemetry.layer([custom.layer, TestTelemetry.layer]))
      expect(custom.spans[0]).toMatchObject({ traceId: "1".padStart(32, "0"), spanId: "1".padStart(16, "0") })
    }))
})

describe("order", () => {
  it.effect("sinks open in declaration order, close in reverse, and are released in reverse", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const [a, b, c] = [journal.layer("a"), journal.layer("b"), journal.layer("c")]
      yield* Effect.provide(body, MultiTelemetry.layer([a, b, c]))
      expect(journal.whoSaid("start body")).toEqual(["a", "b", "c"])
      expect(journal.whoSaid("end body success null")).toEqual(["c", "b", "a"])
      expect(journal.whoSaid("release")).toEqual(["c", "b", "a"])
      expect(journal.of("a")).toEqual(["start body", "end body success null", "flush", "release"])
    }))

  it.effect("a nested fan-out keeps its place in the order", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const inner = MultiTelemetry.layer([journal.layer("b"), journal.layer("c")])
      yield* Effect.provide(body, MultiTelemetry.layer([journal.layer("a"), inner, journal.layer("d")]))
      expect(journal.whoSaid("start body")).toEqual(["a", "b", "c", "d"])
      expect(journal.whoSaid("end body success null")).toEqual(["d", "c", "b", "a"])
      expect(journal.whoSaid("release")).toEqual(["d", "c", "b", "a"])
    }))

  it.effect("sinks are acquired one after another, in declaration order", () =>
    Effect.gen(function*() {
      const acquired: Array<string> = []
      const slow = (name: string) =>
        Telemetry.layerSinkScoped(
          Effect.yieldNow().pipe(Effect.map(() => {
            acquired.push(name)
            return { name }
          }))
        )
      yield* Effect.provide(body, MultiTelemetry.layer([slow("a"), slow("b"), slow("c")]))
      expect(acquired).toEqual(["a", "b", "c"])
    }))
})

describe("composition", () => {
  it.effect("the same layer value twice records once", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const once = journal.layer("once")
      yield* Effect.provide(body, MultiTelemetry.layer([once, journal.layer("other"), once]))
      expect(journal.of("once")).toEqual(["start body", "end body success null", "flush", "release"])
    }))

  it.effect("the same layer value inside a nested fan-out records once", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const once = journal.layer("once")
      const inner = MultiTelemetry.layer([journal.layer("other"), once], { onSinkError: "report" })
      yield* Effect.provide(body, MultiTelemetry.layer([once, MultiTelemetry.layer([inner]), inner]))
      expect(journal.of("once")).toEqual(["start body", "end body success null", "flush", "release"])
      expect(journal.of("other")).toEqual(["start body", "end body success null", "flush", "release"])
    }))

  it.effect("a nested fan-out records the same as the flat list", () =>
    Effect.gen(function*() {
      const entriesOf = (arrange: (layer: (name: string) => Layer.Layer<Telemetry>) => Layer.Layer<Telemetry>) =>
        Effect.gen(function*() {
          const journal = new Journal()
          const program = Telemetry.withSpan(Effect.zipRight(body, Effect.fail("no")), "root")
          yield* Effect.exit(Effect.provide(program, arrange(journal.layer)))
          return journal.entries
        })
      const flat = yield* entriesOf((sink) => MultiTelemetry.layer([sink("a"), sink("b"), sink("c")]))
      expect(flat).toContain("b end root failure no")
      const right = entriesOf((sink) => MultiTelemetry.layer([sink("a"), MultiTelemetry.layer([sink("b"), sink("c")])]))
      const left = entriesOf((sink) =>
        MultiTelemetry.layer([MultiTelemetry.layer([MultiTelemetry.layer([sink("a"), sink("b")]), sink("c")])])
      )
      expect(yield* right).toEqual(flat)
      expect(yield* left).toEqual(flat)
    }))

  it.effect("NoTelemetryLive adds nothing", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const layer = MultiTelemetry.layer([NoTelemetryLive, journal.layer("a"), NoTelemetryLive])
      const sinks = yield* Effect.zipRight(body, Effect.map(Telemetry, (telemetry) => telemetry.sinks)).pipe(
        Effect.provide(layer)
      )
      expect(sinks).toEqual(["a"])
      expect(journal.of("a")).toContain("end body success null")
    }))

  it.effect("a fan-out of only NoTelemetryLive records nothing", () =>
    Effect.gen(function*() {
      let called = false
      const program = Effect.void.pipe(Telemetry.withSpan("body", () => {
        called = true
        return {}
      }))
      yield* Effect.provide(program, MultiTelemetry.layer([NoTelemetryLive, MultiTelemetry.layer([NoTelemetryLive])]))
      expect(called).toBe(false)
    }))

  it.effect("an empty list is a defect that names the remedy", () =>
    Effect.gen(function*() {
      const empty = MultiTelemetry.layer([] as unknown as SinkLayers)
      const exit = yield* Effect.exit(Effect.provide(body, empty as Layer.Layer<Telemetry>))
      expect(Exit.isFailure(exit) && Cause.isDieType(exit.cause)).toBe(true)
      expect(Exit.isFailure(exit) && Cause.pretty(exit.cause)).toContain("NoTelemetryLive")
    }))
})

describe("outputs", () => {
  it.scoped("the sinks' other outputs stay available", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = `${yield* fs.makeTempDirectoryScoped()}/traces.jsonl`
      const layer = MultiTelemetry.layer([InMemoryTelemetry.layer(), FileTelemetry.layer(path), TestTelemetry.layer])
      yield* Effect.gen(function*() {
        yield* body
        yield* Telemetry.flush
        const file = yield* FileTelemetry
        expect(file.path).toBe(path)
        expect((yield* file.stats).written).toBe(1)
        expect((yield* Effect.flatMap(TestTelemetry, (test) => test.spans)).map((span) => span.name)).toEqual(["body"])
      }).pipe(Effect.provide(layer))
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.effect("a failing acquire fails the layer and releases the sinks acquired before it", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const failing = Telemetry.layerSinkScoped(
        Effect.fail(new TelemetryOpenError({ path: "/x", reason: "Unknown", cause: undefined }))
      )
      const layer = MultiTelemetry.layer([journal.layer("a"), journal.layer("b"), failing, journal.layer("never")])
      const before = yield* Effect.tracer
      const error = yield* Effect.flip(Effect.provide(body, layer))
      expect(yield* Effect.tracer).toBe(before)
      expect(error).toBeInstanceOf(TelemetryOpenError)
      expect(journal.whoSaid("release")).toEqual(["b", "a"])
      expect(journal.whoSaid("start body")).toEqual([])
    }))

  it.effect("a dying acquire is a defect of the layer and releases the sinks acquired before it", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const dying = Telemetry.layerSinkScoped(Effect.die("broken"))
      const exit = yield* Effect.exit(Effect.provide(body, MultiTelemetry.layer([journal.layer("a"), dying])))
      expect(Exit.isFailure(exit) && Cause.isDieType(exit.cause)).toBe(true)
      expect(journal.whoSaid("release")).toEqual(["a"])
    }))

  it.effect("the previous tracer is restored when the layer closes", () =>
    Effect.gen(function*() {
      const before = yield* Effect.tracer
      const journal = new Journal()
      yield* Effect.provide(body, MultiTelemetry.layer([journal.layer("a"), TestTelemetry.layer]))
      expect(yield* Effect.tracer).toBe(before)
      yield* Effect.withSpan(Effect.void, "native")
      expect(journal.of("a")).not.toContain("start native")
    }))
})
