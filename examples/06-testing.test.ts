/**
 * Test telemetry: ids count from 1 and time is under the test's control, so you can compare whole records.
 *
 * npx vitest run examples/06-testing.test.ts
 */
import { expect, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import { Telemetry } from "loom-telemetry"
import { expectTrace, metricSum, number, TestTelemetry } from "loom-telemetry/testing"

/** The code under test. */
const answer = Effect.gen(function*() {
  yield* Effect.sleep("150 millis")
  yield* Telemetry.annotate({ words: 4 })
  yield* Telemetry.emitMetric("answers", 1, { language: "en" })
}).pipe(Telemetry.withSpan("answer", { question: "q-1" }))

it.effect("an answer is one span and one measurement", () =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(answer)
    yield* TestClock.adjust("150 millis")
    yield* Fiber.join(fiber)

    const test = yield* TestTelemetry
    expect(yield* test.spans).toEqual([{
      name: "answer",
      traceId: "00000000000000000000000000000001",
      spanId: "0000000000000001",
      parentSpanId: null,
      startedAt: new Date(0),
      endedAt: new Date(150),
      durationMs: 150,
      attributes: { question: "q-1", words: 4 },
      outcome: "success",
      exception: null,
      events: [],
      links: []
    }])
    expect(yield* test.metrics).toEqual([{
      name: "answers",
      value: 1,
      instrumentKind: "counter",
      attributes: { language: "en" },
      emittedAt: new Date(150),
      traceId: "00000000000000000000000000000001",
      spanId: "0000000000000001"
    }])
  }).pipe(Effect.provide(TestTelemetry.layer)))

it.effect("an answer records its word count, whatever else it records", () =>
  Effect.gen(function*() {
    yield* Effect.fork(answer)
    yield* TestClock.adjust("1 second")

    yield* expectTrace({ name: "answer", attributes: { words: number }, outcome: "success", children: [] })
    expect(yield* metricSum("answers", { language: "en" })).toBe(1)
  }).pipe(Effect.provide(TestTelemetry.layer)))
