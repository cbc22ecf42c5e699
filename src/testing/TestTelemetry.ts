/**
 * The in-memory sink for tests: ids count from 1 and durations are exact under `TestClock`, so you can compare whole records.
 *
 * Provide it to each test (`Effect.provide(TestTelemetry.layer)`): it starts empty every time the layer is built. Works with any test runner.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { buildInMemory, InMemoryTelemetry, type InMemoryTelemetryService } from "../sinks/InMemoryTelemetry.js"
import { outputsOf } from "../telemetry/lifecycle/sinkMark.js"
import { Telemetry } from "../telemetry/Telemetry.js"
import { sequentialIds } from "../telemetry/tracing/ids.js"
import { fromIds } from "../telemetry/tracing/SpanFactory.js"

/** Everything that the in-memory sink holds. */
export type TestTelemetryService = InMemoryTelemetryService

/**
 * Telemetry for tests.
 *
 * @example
 * it.effect("measures the answer", () =>
 *   Effect.gen(function*() {
 *     yield* answer
 *     const spans = yield* Effect.flatMap(TestTelemetry, (test) => test.spans)
 *     expect(spans.map((span) => span.name)).toEqual(["answer"])
 *   }).pipe(Effect.provide(TestTelemetry.layer)))
 */
export class TestTelemetry extends Context.Tag("loom-telemetry/TestTelemetry")<TestTelemetry, TestTelemetryService>() {
  /** Builds an empty sink with sequential ids (`0…01`, `0…02`). */
  static readonly layer: Layer.Layer<Telemetry | InMemoryTelemetry | TestTelemetry> = Layer.scopedContext(
    Effect.map(
      Effect.suspend(() => buildInMemory({}, fromIds(sequentialIds()))),
      ({ memory, telemetry }) =>
        outputsOf(Telemetry, telemetry).pipe(
          Context.add(InMemoryTelemetry, memory),
          Context.add(TestTelemetry, memory)
        )
    )
  )
}
