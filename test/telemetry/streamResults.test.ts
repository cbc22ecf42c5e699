/**
 * A span around a stream does not change the results of the stream.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import { InMemoryTelemetry, InMemoryTelemetryLive, Telemetry } from "loom-telemetry"

const dying = Effect.die("in the release")

const streams: Record<string, Stream.Stream<number, string>> = {
  "that ends": Stream.make(1, 2, 3).pipe(Stream.rechunk(1)),
  "that fails": Stream.concat(Stream.make(1), Stream.fail("x")),
  "whose finalizer dies": Stream.make(1).pipe(Stream.ensuring(dying)),
  "whose release dies": Stream.acquireRelease(Effect.succeed(1), () => dying),
  "that fails and whose finalizer dies": Stream.concat(Stream.make(1), Stream.fail("x")).pipe(Stream.ensuring(dying))
}

const consumers: Record<string, (stream: Stream.Stream<number, string>) => Effect.Effect<unknown, string>> = {
  "reads it to its end": Stream.runCollect,
  "stops after the first": (stream) => Stream.runCollect(Stream.take(stream, 1)),
  "fails": (stream) => Stream.runForEach(stream, () => Effect.fail("consumer"))
}

const cases = Object.keys(streams).flatMap((stream) =>
  Object.keys(consumers).map((consumer) => [stream, consumer] as const)
)

describe("a stream in a span", () => {
  it.effect.each(cases)(
    "%s has the same results as without a span if its consumer %s",
    ([name, consumer]) =>
      Effect.gen(function*() {
        const stream = streams[name]!
        const run = consumers[consumer]!
        const plain = yield* Effect.exit(run(stream))
        expect(yield* Effect.exit(run(Telemetry.withSpanStream(stream, "s")))).toEqual(plain)
        const [exit, spans, open] = yield* Effect.gen(function*() {
          const exit = yield* Effect.exit(run(Telemetry.withSpanStream(stream, "s")))
          const memory = yield* InMemoryTelemetry
          return [exit, yield* memory.spans, yield* memory.open] as const
        }).pipe(Effect.provide(InMemoryTelemetryLive))
        expect(exit).toEqual(plain)
        expect(open).toEqual([])
        expect(spans).toHaveLength(1)
        const failsItself = name.startsWith("that fails") && consumer === "reads it to its end"
        const ends = consumer === "reads it to its end"
        expect(spans[0]!.outcome).toBe(failsItself ? "failure" : ends ? "success" : "interrupted")
        expect(Exit.isExit(exit)).toBe(true)
      })
  )
})
