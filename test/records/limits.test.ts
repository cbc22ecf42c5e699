/**
 * The limits of a record, and the number of dropped parts. Tested through a layer, because layers set the limits.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { RunContext, Telemetry, TelemetryLimits } from "loom-telemetry"
import { TestTelemetry } from "loom-telemetry/testing"
import type { AttributeLimits } from "../../src/records/attributes.js"

const testLayer = (limits: Partial<AttributeLimits>) =>
  TestTelemetry.layer.pipe(
    Layer.provide(Layer.succeed(TelemetryLimits, { ...TelemetryLimits.default, ...limits }))
  )

/** The records of a program that runs with these limits. */
const recorded = <A, E>(program: Effect.Effect<A, E>, limits: Partial<AttributeLimits> = {}) =>
  Effect.gen(function*() {
    yield* program
    const test = yield* TestTelemetry
    return { spans: yield* test.spans, metrics: yield* test.metrics }
  }).pipe(Effect.provide(testLayer(limits)))

const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, index]))

describe("the limits of a record", () => {
  it.effect("keep the first 128 attributes of a span, and count the others", () =>
    Effect.gen(function*() {
      const { spans: [span] } = yield* recorded(Telemetry.withSpan(Effect.void, "s", many(100_000)))
      expect(span!.attributes).toStrictEqual({ ...many(128), "loom.dropped_attributes": 100_000 - 128 })
    }))

  it.effect("keep the first 128 attributes of a metric, and count the others", () =>
    Effect.gen(function*() {
      const { metrics: [metric] } = yield* recorded(Telemetry.emitMetric("m", 1, many(130)))
      expect(metric!.attributes).toStrictEqual({ ...many(128), "loom.dropped_attributes": 2 })
    }))

  it.effect("never drop user_id and session_id", () =>
    Effect.gen(function*() {
      const given = { ...many(200), session_id: "s-1" }
      const program = Effect.zipRight(
        Telemetry.emitMetric("m", 1, given),
        Telemetry.withSpan(Effect.void, "s", given)
      )
      const { metrics: [metric], spans: [span] } = yield* recorded(RunContext.with({ userId: "alice" })(program))
      expect(span!.attributes).toMatchObject({ user_id: "alice", session_id: "s-1", "loom.dropped_attributes": 72 })
      expect(metric!.attributes).toMatchObject({ user_id: "alice", session_id: "s-1", "loom.dropped_attributes": 72 })
    }))

  it.effect("allow changes to an existing attribute when the span is full", () =>
    Effect.gen(function*() {
      const program = Telemetry.withSpan(Telemetry.annotate({ a0: "new", b: "no place" }), "s", many(2))
      const { spans: [span] } = yield* recorded(program, { attributes: 2 })
      expect(span!.attributes).toStrictEqual({ a0: "new", a1: 1, "loom.dropped_attributes": 1 })
    }))

  it.effect("bound the length, depth and items of a value as configured in the layer", () =>
    Effect.gen(function*() {
      const attributes = { text: "x".repeat(20), deep: [[[1]]], items: [1, 2, 3] }
      const { spans: [span] } = yield* recorded(Telemetry.withSpan(Effect.void, "s", attributes), {
        valueLength: 16,
        depth: 2,
        items: 2
      })
      expect(span!.attributes).toStrictEqual({
        text: `${"x".repeat(16)}…[+4 chars]`,
        deep: [["<max depth>"]],
        items: [1, 2, "…[+1 items]"]
      })
    }))

  it.effect("cut a long error message", () =>
    Effect.gen(function*() {
      const failing = Effect.exit(Telemetry.withSpan(Effect.die(new Error("x".repeat(50))), "s"))
      const { spans: [span] } = yield* recorded(failing, { valueLength: 10 })
      expect(span!.exception).toBe("Error: xxx…[+47 chars]")
    }))

  it.effect("keep the first 128 events of a span, and count the others", () =>
    Effect.gen(function*() {
      const program = Effect.forEach(Array.from({ length: 130 }, (_, index) => index), (index) =>
        Effect.log(`event ${index}`)).pipe(Telemetry.withSpan("s"))
      const { spans: [span] } = yield* recorded(program)
      expect(span!.events.map((event) =>
        event.name
      )).toEqual(Array.from({ length: 128 }, (_, i) => `event ${i}`))
      expect(span!.attributes["loom.dropped_events"]).toBe(2)
    }))

  it.effect("cut a name of one megabyte, and replace an empty name", () =>
    Effect.gen(function*() {
      const { spans } = yield* recorded(
        Effect.zipRight(Telemetry.withSpan(Effect.void, "n".repeat(1_000_000)), Telemetry.withSpan(Effect.void, ""))
      )
      expect(spans.map((span) => span.name)).toEqual([`${"n".repeat(1024)}…[+998976 chars]`, "<unnamed>"])
    }))

  it.effect("cut a key of one megabyte, and replace a lone surrogate in a key", () =>
    Effect.gen(function*() {
      const { spans: [span] } = yield* recorded(
        Telemetry.withSpan(Effect.void, "s", { ["k".repeat(1_000_000)]: 1, "\ud83d": 2 })
      )
      expect(span!.attributes).toStrictEqual({ [`${"k".repeat(256)}…[+999744 chars]`]: 1, "\ufffd": 2 })
    }))
})
