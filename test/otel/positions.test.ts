/**
 * At every position in a fan-out, OpenTelemetry's SDK creates the ids, and every sink records the same.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { Telemetry as Service } from "loom-telemetry"
import { ConsoleTelemetry, InMemoryTelemetry, MultiTelemetry, NoTelemetryLive, Telemetry } from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import { TestTelemetry } from "loom-telemetry/testing"
import { capturedWarnings } from "../sinks/recordingSinks.js"
import { identityOf, inMemoryProviders, type Providers, recordedIdentity } from "./exported.js"

const unit = (name: string) => Telemetry.withSpan(Effect.void, name)

/** Every way in which a span can start and end. */
const program = Effect.gen(function*() {
  yield* unit("success")
  yield* Effect.ignore(Telemetry.withSpan(Effect.fail("no"), "failure"))
  yield* Effect.exit(Telemetry.withSpan(Effect.die("bug"), "defect"))
  yield* Effect.exit(Telemetry.withSpan(Effect.interrupt, "interruption"))
  yield* Effect.option(Effect.timeout(Telemetry.withSpan(Effect.never, "timeout"), "1 millis"))
  yield* Effect.all([unit("a"), unit("b"), unit("c")], { concurrency: "unbounded" })
  yield* Effect.flatMap(Effect.fork(unit("forked")), Fiber.join)
  yield* Stream.make(1, 2).pipe(
    Stream.mapEffect((n) => unit(`element ${n}`)),
    Telemetry.withSpanStream("stream"),
    Stream.runDrain
  )
  yield* unit("inside a library").pipe(Effect.withSpan("library"))
  yield* Effect.scoped(Effect.flatMap(
    Telemetry.spanScoped("scoped"),
    (span) => Effect.withParentSpan(unit("below scoped"), span)
  ))
}).pipe(Telemetry.withSpan("root"))

const memory = InMemoryTelemetry.layer()
const quiet = ConsoleTelemetry.layer({ stream: { write: () => {} } })

const positions: Record<string, (otel: Layer.Layer<Service>) => Layer.Layer<Service | InMemoryTelemetry>> = {
  "first": (otel) => MultiTelemetry.layer([otel, memory, quiet]),
  "in the middle": (otel) => MultiTelemetry.layer([quiet, otel, memory]),
  "last": (otel) => MultiTelemetry.layer([memory, quiet, otel]),
  "in a nested fan-out": (otel) => MultiTelemetry.layer([memory, MultiTelemetry.layer([quiet, otel])]),
  "before a nested fan-out": (otel) => MultiTelemetry.layer([otel, MultiTelemetry.layer([quiet, memory])]),
  "two fan-outs deep": (otel) =>
    MultiTelemetry.layer([MultiTelemetry.layer([NoTelemetryLive, MultiTelemetry.layer([otel])]), memory]),
  "twice": (otel) => MultiTelemetry.layer([otel, memory, otel]),
  "after a sink with sequential ids": (otel) => MultiTelemetry.layer([TestTelemetry.layer, memory, otel])
}

const otelOf = (providers: Providers): Layer.Layer<Service> => OTelTelemetry.fromProviders(providers)

const recorded = Effect.flatMap(InMemoryTelemetry, ({ spans }) => spans)

describe("in a fan-out, OpenTelemetry", () => {
  for (const [where, layerOf] of Object.entries(positions)) {
    it.live(`${where} has every span with the ids of the memory sink`, () =>
      Effect.gen(function*() {
        const providers = inMemoryProviders()
        const spans = yield* Effect.zipRight(program, recorded).pipe(Effect.provide(layerOf(otelOf(providers))))
        expect(providers.spans().map(identityOf)).toEqual(spans.map(recordedIdentity))
        expect(spans.map((span) => span.name).toSorted()).toEqual([
          "a",
          "b",
          "below scoped",
          "c",
          "defect",
          "element 1",
          "element 2",
          "failure",
          "forked",
          "inside a library",
          "interruption",
          "library",
          "root",
          "scoped",
          "stream",
          "success",
          "timeout"
        ])
        expect(new Set(spans.map((span) => span.traceId)).size).toBe(1)
      }))
  }

  it.effect("creates the ids of a trace even if an outer layer is another OpenTelemetry sink", () =>
    Effect.gen(function*() {
      const outer = inMemoryProviders()
      const inner = inMemoryProviders()
      yield* unit("child").pipe(
        Effect.provide(otelOf(inner)),
        Telemetry.withSpan("parent"),
        Effect.provide(otelOf(outer))
      )
      const parent = identityOf(outer.spans()[0]!)
      expect(identityOf(inner.spans()[0]!)).toMatchObject({
        name: "child",
        traceId: parent.traceId,
        parentSpanId: parent.spanId
      })
    }))

  it.effect("reports that it receives nothing if another OpenTelemetry sink comes before it", () =>
    Effect.gen(function*() {
      const [first, second] = [inMemoryProviders(), inMemoryProviders()]
      const [warnings, logger] = capturedWarnings()
      yield* Effect.zipRight(unit("one"), unit("two")).pipe(
        Effect.provide(MultiTelemetry.layer([otelOf(first), otelOf(second)])),
        Effect.provide(logger)
      )
      expect(first.spans()).toHaveLength(2)
      expect(second.spans()).toEqual([])
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toContain("An OpenTelemetry sink receives no spans")
    }))
})
