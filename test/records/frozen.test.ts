/**
 * Records are immutable, even for callers and sinks that still hold references to their parts.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { type SpanRecord, Telemetry } from "loom-telemetry"
import { TestTelemetry } from "loom-telemetry/testing"

/** The paths to the parts of a value that are not frozen. */
const notFrozen = (value: unknown, path: string): ReadonlyArray<string> =>
  typeof value !== "object" || value === null ? [] : [
    ...(Object.isFrozen(value) ? [] : [path]),
    ...Object.entries(value).flatMap(([key, each]) => notFrozen(each, `${path}.${key}`))
  ]

const busy = Effect.gen(function*() {
  yield* TestClock.adjust("10 millis")
  yield* Effect.log("event", { detail: [1, { a: 2 }] })
  const link = yield* Effect.scoped(Telemetry.spanScoped("linked"))
  yield* Effect.linkSpanCurrent(link, { why: { because: ["x"] } })
  yield* Telemetry.emitMetric("m", 1, { list: [[1]] })
}).pipe(Telemetry.withSpan("busy", { nested: { list: [{ a: 1 }] } }))

describe("a record", () => {
  it.effect("is deep-frozen: attributes, events, links and times", () =>
    Effect.gen(function*() {
      yield* busy
      const test = yield* TestTelemetry
      const spans = yield* test.spans
      const metrics = yield* test.metrics
      expect(spans.flatMap((span) => notFrozen(span, span.name))).toEqual([])
      expect(metrics.flatMap((metric) => notFrozen(metric, metric.name))).toEqual([])
      expect(spans.find((span) => span.name === "busy")!.links).toHaveLength(1)
    }).pipe(Effect.provide(TestTelemetry.layer)))

  it.effect("is deep-frozen while the span is open, too", () =>
    Effect.gen(function*() {
      const test = yield* TestTelemetry
      const open = yield* Telemetry.withSpan(test.open, "open", { nested: { a: [1] } })
      expect(open.flatMap((span) => notFrozen(span, span.name))).toEqual([])
    }).pipe(Effect.provide(TestTelemetry.layer)))

  it.effect("has times that cannot be changed but are dates in every other way", () =>
    Effect.gen(function*() {
      yield* TestClock.adjust("1 second")
      yield* Telemetry.withSpan(Effect.void, "s")
      const [span] = yield* Effect.flatMap(TestTelemetry, (test) => test.spans)
      expect(() => span!.startedAt.setTime(0)).toThrow(TypeError)
      expect(() => span!.endedAt.setUTCFullYear(1999)).toThrow("cannot be changed")
      expect(span!.startedAt).toStrictEqual(new Date(1000))
      expect(span!.startedAt).toBeInstanceOf(Date)
      expect(structuredClone(span!.startedAt).getTime()).toBe(1000)
      expect(JSON.stringify(span!.startedAt)).toBe("\"1970-01-01T00:00:01.000Z\"")
    }).pipe(Effect.provide(TestTelemetry.layer)))

  it.effect("is not affected by later changes to the caller's values", () =>
    Effect.gen(function*() {
      const attributes = { list: [1], nested: { a: "before" } }
      yield* Effect.sync(() => {
        attributes.list.push(2)
        attributes.nested.a = "after"
      }).pipe(Telemetry.withSpan("s", attributes))
      const [span] = yield* Effect.flatMap(TestTelemetry, (test) => test.spans)
      expect(span!.attributes).toStrictEqual({ list: [1], nested: { a: "before" } })
    }).pipe(Effect.provide(TestTelemetry.layer)))

  it.effect("is not affected by changes to its span after the end", () =>
    Effect.gen(function*() {
      const span = yield* Effect.scoped(Telemetry.spanScoped("s", { a: 1 }))
      const other = yield* Effect.scoped(Telemetry.spanScoped("other"))
      span.attribute("late", true)
      span.event("late", 0n)
      span.addLinks([{ _tag: "SpanLink", span: other, attributes: {} }])
      const [record] = yield* Effect.flatMap(TestTelemetry, (test) => test.spans)
      expect(record).toStrictEqual<SpanRecord>({
        name: "s",
        traceId: "00000000000000000000000000000001",
        spanId: "0000000000000001",
        parentSpanId: null,
        startedAt: new Date(0),
        endedAt: new Date(0),
        durationMs: 0,
        attributes: { a: 1 },
        outcome: "success",
        exception: null,
        events: [],
        links: []
      })
    }).pipe(Effect.provide(TestTelemetry.layer)))
})
