/**
 * Telemetry for tests: sequential ids and exact times, so that whole records can be compared.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import {
  InMemoryTelemetry,
  Loom,
  type MetricRecord,
  MultiTelemetry,
  RunContext,
  type SpanRecord,
  type SpanStart,
  Telemetry
} from "loom-telemetry"
import { TestTelemetry } from "loom-telemetry/testing"

class NotFound extends Data.TaggedError("NotFound")<{ readonly message: string }> {}

const traceId = (number: number) => number.toString(16).padStart(32, "0")
const spanId = (number: number) => number.toString(16).padStart(16, "0")

const spans = Effect.flatMap(TestTelemetry, (test) => test.spans)

describe("TestTelemetry", () => {
  it.effect("records whole spans that can be compared with literals", () =>
    Effect.gen(function*() {
      yield* TestClock.adjust("1 second")
      yield* Effect.gen(function*() {
        yield* TestClock.adjust("150 millis").pipe(Loom.tool({ tool: "add", call_id: "c1" }))
        yield* TestClock.adjust("0.5 millis")
        yield* Effect.ignore(Telemetry.withSpan(new NotFound({ message: "no" }), "failing"))
      }).pipe(Telemetry.withSpan("outer", { list: [1] }), RunContext.with({ userId: "alice" }))

      expect(yield* spans).toStrictEqual<ReadonlyArray<SpanRecord>>([
        {
          name: "loom.tool",
          traceId: "00000000000000000000000000000001",
          spanId: "0000000000000002",
          parentSpanId: "0000000000000001",
          startedAt: new Date(1000),
          endedAt: new Date(1150),
          durationMs: 150,
          attributes: { tool: "add", call_id: "c1", user_id: "alice", ok: true, duration_ms: 150 },
          outcome: "success",
          exception: null,
          events: [],
          links: []
        },
        {
          name: "failing",
          traceId: "00000000000000000000000000000001",
          spanId: "0000000000000003",
          parentSpanId: "0000000000000001",
          startedAt: new Date(1150),
          endedAt: new Date(1150),
          durationMs: 0,
          attributes: { user_id: "alice" },
          outcome: "failure",
          exception: "NotFound: no",
          events: [],
          links: []
        },
        {
          name: "outer",
          traceId: "00000000000000000000000000000001",
          spanId: "0000000000000001",
          parentSpanId: null,
          startedAt: new Date(1000),
          endedAt: new Date(1150),
          durationMs: 150.5,
          attributes: { list: [1], user_id: "alice" },
          outcome: "success",
          exception: null,
          events: [],
          links: []
        }
      ])
    }).pipe(Effect.provide(TestTelemetry.layer)))

  it.effect("records whole metrics that can be compared with literals", () =>
    Effect.gen(function*() {
      yield* Telemetry.emitMetric("outside", 1)
      yield* TestClock.adjust("20 millis")
      yield* Loom.toolDurationMs(1.5, { tool: "add", ok: true }).pipe(Telemetry.withSpan("s"))
      const metrics = yield* Effect.flatMap(TestTelemetry, (test) => test.metrics)
      expect(metrics).toStrictEqual<ReadonlyArray<MetricRecord>>([
        { name: "outside", value: 1, instrumentKind: "counter", attributes: {}, emittedAt: new Date(0) },
        {
          name: "loom.tool.duration_ms",
          value: 1.5,
          instrumentKind: "histogram",
          attributes: { tool: "add", ok: true },
          emittedAt: new Date(20),
          traceId: traceId(1),
          spanId: spanId(1)
        }
      ])
    }).pipe(Effect.provide(TestTelemetry.layer)))

  it.effect("records whole open spans, events and links", () =>
    Effect.gen(function*() {
      const test = yield* TestTelemetry
      const other = yield* Effect.scoped(Telemetry.spanScoped("other"))
      const open = yield* Effect.gen(function*() {
        yield* Effect.linkSpanCurrent(other, { why: "retry" })
        yield* TestClock.adjust("5 millis")
        yield* Effect.log("asking")
        return yield* test.open
      }).pipe(Telemetry.withSpan("s", { a: 1 }))
      expect(open).toStrictEqual<ReadonlyArray<SpanStart>>([{
        name: "s",
        traceId: traceId(2),
        spanId: spanId(2),
        parentSpanId: null,
        startedAt: new Date(0),
        attributes: { a: 1 }
      }])
      const [, span] = yield* test.spans
      expect(span!.links).toStrictEqual([{ traceId: traceId(1), spanId: spanId(1), attributes: { why: "retry" } }])
      expect(span!.events.map(({ name, time }) => ({ name, time }))).toStrictEqual([
        { name: "asking", time: new Date(5) }
      ])
    }).pipe(Effect.provide(TestTelemetry.layer)))

  it.effect("counts ids from 1 each time it is built", () =>
    Effect.gen(function*() {
      const run = Effect.gen(function*() {
        yield* Effect.forEach(Array.from({ length: 17 }), () => Telemetry.withSpan(Effect.void, "s"))
        return (yield* spans).map((span) => [span.traceId, span.spanId])
      }).pipe(Effect.provide(TestTelemetry.layer))
      const expected = Array.from({ length: 17 }, (_, index) => [traceId(index + 1), spanId(index + 1)])
      expect(yield* run).toEqual(expected)
      expect(yield* run).toEqual(expected)
    }))

  it.effect("starts empty each time it is built", () =>
    Effect.gen(function*() {
      yield* Effect.provide(Telemetry.withSpan(Effect.void, "s"), TestTelemetry.layer)
      expect(yield* Effect.provide(spans, TestTelemetry.layer)).toEqual([])
    }))

  it.effect("is the in-memory sink, available under both tags", () =>
    Effect.gen(function*() {
      yield* Telemetry.withSpan(Effect.void, "s")
      const memory = yield* InMemoryTelemetry
      expect(yield* memory.spans).toEqual(yield* spans)
      yield* memory.clear
      expect(yield* spans).toEqual([])
    }).pipe(Effect.provide(TestTelemetry.layer)))

  it.effect("keeps its ids inside MultiTelemetry", () =>
    Effect.gen(function*() {
      yield* Telemetry.withSpan(Effect.void, "s")
      expect((yield* spans).map((span) => span.spanId)).toEqual([spanId(1)])
      expect((yield* spans).map((span) => span.traceId)).toEqual([traceId(1)])
    }).pipe(Effect.provide(MultiTelemetry.layer([InMemoryTelemetry.layer(), TestTelemetry.layer]))))
})
