/**
 * `Loom.tool` sets its own result attributes, around effects and around streams.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { InMemoryTelemetry, InMemoryTelemetryLive, Loom } from "loom-telemetry"

class NoNetwork extends Data.TaggedError("NoNetwork") {
  override readonly message = "is it plugged in?"
}

const tool = Loom.tool.stream({ tool: "search", call_id: "c1" })

/** The one span that a program records. */
const spanOf = <E>(program: Effect.Effect<unknown, E>) =>
  Effect.gen(function*() {
    yield* Effect.exit(program)
    const { spans } = yield* InMemoryTelemetry
    const [span] = yield* spans
    return { outcome: span!.outcome, attributes: span!.attributes }
  }).pipe(Effect.provide(InMemoryTelemetryLive))

const slow = Stream.make(1, 2).pipe(Stream.tap(() => TestClock.adjust("20 millis")))

describe("Loom.tool around a stream", () => {
  it.effect("records success and its duration", () =>
    Effect.gen(function*() {
      expect(yield* spanOf(Stream.runDrain(tool(slow)))).toEqual({
        outcome: "success",
        attributes: { tool: "search", call_id: "c1", ok: true, duration_ms: 40 }
      })
    }))

  it.effect("records its error", () =>
    Effect.gen(function*() {
      const failing = Stream.concat(slow, Stream.fail(new NoNetwork()))
      expect(yield* spanOf(Stream.runDrain(tool(failing)))).toEqual({
        outcome: "failure",
        attributes: { tool: "search", call_id: "c1", ok: false, duration_ms: 40, error: "NoNetwork: is it plugged in?" }
      })
    }))

  it.effect("records an interruption if its consumer stops", () =>
    Effect.gen(function*() {
      const abandoned = Stream.runDrain(Stream.take(tool(Stream.concat(Stream.make(1), Stream.never)), 1))
      expect(yield* spanOf(abandoned)).toEqual({
        outcome: "interrupted",
        attributes: { tool: "search", call_id: "c1", ok: false, duration_ms: 0, error: "interrupted" }
      })
    }))

  it.effect("emits the stream's elements if nothing records", () =>
    Effect.gen(function*() {
      expect([...(yield* Stream.runCollect(tool(slow)))]).toEqual([1, 2])
    }))
})
