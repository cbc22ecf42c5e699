/**
 * A stream's span is open until the stream ends, fails or is abandoned; spans opened inside the stream are its children.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Telemetry } from "loom-telemetry"
import { type MakeSubject, outline, runWith, spanNamed } from "./subject.js"

const unit = (name: string) => Telemetry.withSpan(Effect.void, name)
const parts = Stream.make("a", "b", "c")

export const streamsContract = (make: MakeSubject): void => {
  const outlineOf = (program: Effect.Effect<unknown, unknown>) =>
    Effect.map(runWith(make, program), (run) => outline(run.spans))

  describe("streams", () => {
    it.effect("keep their elements, and their span is the parent of everything inside", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          parts.pipe(
            Stream.tap(unit),
            Telemetry.withSpanStream("stream"),
            Stream.runCollect,
            Effect.map((all) => [...all])
          )
        )
        expect(run.exit).toStrictEqual(Exit.succeed(["a", "b", "c"]))
        expect(outline(run.spans)).toEqual(["stream", "  a", "  b", "  c"])
      }))

    it.effect("do not include their consumer in their span", () =>
      Effect.gen(function*() {
        const program = parts.pipe(
          Telemetry.withSpanStream("stream"),
          Stream.runForEach((part) => unit(`consumed ${part}`)),
          Telemetry.withSpan("consumer")
        )
        expect(yield* outlineOf(program)).toEqual([
          "consumer",
          "  consumed a",
          "  consumed b",
          "  consumed c",
          "  stream"
        ])
      }))

    it.effect("keep their span open until the last element is emitted", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.gen(function*() {
            const fiber = yield* Effect.fork(
              Stream.make(1, 2, 3).pipe(
                Stream.tap(() => Effect.sleep("2 seconds")),
                Telemetry.withSpanStream("stream"),
                Stream.runDrain
              )
            )
            yield* TestClock.adjust("10 seconds")
            yield* Fiber.join(fiber)
          })
        )
        expect(spanNamed(run, "stream").durationMs).toBe(6000)
      }))

    it.effect("are failures if they fail or die", () =>
      Effect.gen(function*() {
        const failing = parts.pipe(Stream.concat(Stream.fail("broken")), Telemetry.withSpanStream("stream"))
        const run = yield* runWith(make, Stream.runDrain(failing))
        expect(run.exit).toStrictEqual(Exit.fail("broken"))
        expect(outline(run.spans)).toEqual(["stream [failure]"])
        expect(spanNamed(run, "stream").exception).toBe("broken")
        const dying = Telemetry.withSpanStream(Stream.die("defect"), "stream")
        expect(yield* outlineOf(Stream.runDrain(dying))).toEqual(["stream [failure]"])
      }))

    it.effect("are interrupted if they are abandoned", () =>
      Effect.gen(function*() {
        const stream = parts.pipe(Stream.tap(unit), Stream.rechunk(1), Telemetry.withSpanStream("stream"))
        const abandoned = ["stream [interrupted]", "  a"]
        expect(yield* outlineOf(Stream.runHead(stream))).toEqual(abandoned)
        expect(yield* outlineOf(Stream.runDrain(Stream.take(stream, 1)))).toEqual(abandoned)
      }))

    it.effect("count as abandoned if their consumer fails; the failure belongs to the consumer", () =>
      Effect.gen(function*() {
        const program = parts.pipe(
          Telemetry.withSpanStream("stream"),
          Stream.runForEach(() => Effect.fail("full")),
          Telemetry.withSpan("consumer")
        )
        expect(yield* outlineOf(program)).toEqual(["consumer [failure]", "  stream [interrupted]"])
      }))

    it.effect("are interrupted if their fiber is interrupted", () =>
      Effect.gen(function*() {
        const program = Effect.gen(function*() {
          const entered = yield* Deferred.make<void>()
          const fiber = yield* Stream.fromEffect(Deferred.succeed(entered, undefined)).pipe(
            Stream.concat(Stream.never),
            Telemetry.withSpanStream("stream"),
            Stream.runDrain,
            Effect.fork
          )
          yield* Deferred.await(entered)
          yield* Fiber.interrupt(fiber)
        })
        expect(yield* outlineOf(program)).toEqual(["stream [interrupted]"])
      }))

    it.effect("have two spans if they are run twice", () =>
      Effect.gen(function*() {
        const stream = Telemetry.withSpanStream(parts, "stream")
        const program = Effect.zipRight(Stream.runDrain(stream), Stream.runDrain(stream))
        expect(yield* outlineOf(program)).toEqual(["stream", "stream"])
      }))

    it.effect("can be nested and merged, and contain spans of libraries", () =>
      Effect.gen(function*() {
        const inner = (name: string) => Telemetry.withSpanStream(Stream.make(name), name)
        const program = Stream.merge(inner("left"), inner("right")).pipe(
          Stream.tap((name) => Effect.withSpan(Effect.void, `library ${name}`)),
          Telemetry.withSpanStream("outer"),
          Stream.runDrain
        )
        expect(yield* outlineOf(program)).toEqual([
          "outer",
          "  left",
          "  library left",
          "  library right",
          "  right"
        ])
      }))
  })
}
