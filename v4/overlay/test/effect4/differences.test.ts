/**
 * What differs on Effect 4.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { InMemoryTelemetry, NoTelemetryLive, Telemetry } from "loom-telemetry"

describe("on Effect 4", () => {
  it.effect("the same sink layer provided twice is one sink", () =>
    Effect.gen(function*() {
      const layer = InMemoryTelemetry.layer()
      const inner = Telemetry.withSpan(Effect.void, "inner").pipe(Effect.provide(layer))
      const spans = yield* inner.pipe(
        Effect.andThen(Telemetry.withSpan(Effect.void, "outer")),
        Effect.andThen(Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans)),
        Effect.provide(layer)
      )
      expect(spans.map(({ name }) => name)).toEqual(["inner", "outer"])
    }))

  it.effect("NoTelemetryLive is never shared: it switches off what it stands in, each time", () =>
    Effect.gen(function*() {
      const silent = Effect.withSpan(Effect.void, "silent").pipe(Effect.provide(NoTelemetryLive))
      const spans = yield* silent.pipe(
        Effect.andThen(silent),
        Effect.andThen(Telemetry.withSpan(silent, "heard")),
        Effect.andThen(Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans)),
        Effect.provide(InMemoryTelemetry.layer()),
        Effect.provide(NoTelemetryLive)
      )
      expect(spans.map(({ name }) => name)).toEqual(["heard"])
    }))

  it.effect("a start hook sees the attributes of Telemetry's spans, those of a library's only at the end", () =>
    Effect.gen(function*() {
      const started: Array<unknown> = []
      const ended: Array<unknown> = []
      const sink = Telemetry.layerSink({
        name: "both",
        onSpanStart: ({ attributes, name }) => void started.push([name, attributes]),
        onSpanEnd: ({ attributes, name }) => void ended.push([name, attributes])
      })
      yield* Telemetry.withSpan(Effect.void, "ours", { n: 1 }).pipe(
        Effect.andThen(Effect.withSpan(Effect.void, "library", { attributes: { n: 1 } })),
        Effect.provide(sink)
      )
      expect(started).toEqual([["ours", { n: 1 }], ["library", {}]])
      expect(ended).toEqual([["ours", { n: 1 }], ["library", { n: 1 }]])
    }))
})
