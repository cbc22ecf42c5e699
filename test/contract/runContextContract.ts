/**
 * Who a run belongs to is on its spans and metrics, with nothing passed along by hand.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { RunContext, Telemetry } from "loom-telemetry"
import { type MakeSubject, metricNamed, runWith, spanNamed } from "./subject.js"

const alice = { userId: "alice", sessionId: "s-1", runId: "run_1", metadata: { plan: "pro" } }
const labels = { user_id: "alice", session_id: "s-1" }
const leaf = (name: string) => Telemetry.withSpan(Telemetry.emitMetric(`${name}.count`, 1), name)

export const runContextContract = (make: MakeSubject): void => {
  describe("run context", () => {
    it.effect("spans carry user and session, metrics the user", () =>
      Effect.gen(function*() {
        const run = yield* runWith(make, Effect.provideService(leaf("body"), RunContext, alice))
        expect(spanNamed(run, "body").attributes).toEqual(labels)
        expect(metricNamed(run, "body.count").attributes).toEqual({ user_id: "alice" })
      }))

    it.effect("it reaches forks, daemons, parallel branches and streams", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.gen(function*() {
            yield* Effect.flatMap(Effect.fork(leaf("fork")), Fiber.join)
            yield* Effect.flatMap(Effect.forkDaemon(leaf("daemon")), Fiber.join)
            yield* Effect.all([leaf("left"), leaf("right")], { concurrency: "unbounded" })
            yield* Stream.make("part").pipe(Stream.tap(leaf), Telemetry.withSpanStream("stream"), Stream.runDrain)
            yield* Effect.scoped(Telemetry.spanScoped("scoped"))
          }).pipe(Effect.provideService(RunContext, alice))
        )
        expect(run.spans.map((span) => span.name).toSorted()).toEqual(
          ["daemon", "fork", "left", "part", "right", "scoped", "stream"]
        )
        expect(run.spans.map((span) => span.attributes)).toEqual(run.spans.map(() => labels))
        expect(run.metrics.map((metric) => metric.attributes)).toEqual(run.metrics.map(() => ({ user_id: "alice" })))
      }))

    it.effect("explicit attributes win, on spans, metrics and through annotate", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.gen(function*() {
            yield* Telemetry.withSpan(Effect.void, "given", { user_id: "bob", session_id: "s-2" })
            yield* Telemetry.withSpan(Effect.void, "given nothing", { user_id: undefined })
            yield* Telemetry.withSpan(Telemetry.annotate({ session_id: "s-3" }), "annotated")
            yield* Telemetry.emitMetric("given.count", 1, { user_id: "bob" })
          }).pipe(Effect.provideService(RunContext, alice))
        )
        expect(spanNamed(run, "given").attributes).toEqual({ user_id: "bob", session_id: "s-2" })
        expect(spanNamed(run, "given nothing").attributes).toEqual(labels)
        expect(spanNamed(run, "annotated").attributes).toEqual({ user_id: "alice", session_id: "s-3" })
        expect(metricNamed(run, "given.count").attributes).toEqual({ user_id: "bob" })
      }))

    it.effect("spans of libraries are not labelled, but our spans below them are", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          leaf("ours").pipe(Effect.withSpan("library"), Effect.provideService(RunContext, alice))
        )
        expect(spanNamed(run, "library").attributes).toEqual({})
        expect(spanNamed(run, "ours").attributes).toEqual(labels)
      }))

    it.effect("an inner run replaces the outer one, which applies again after it", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.gen(function*() {
            yield* Effect.provideService(leaf("inner"), RunContext, { userId: "bob" })
            yield* RunContext.with({ sessionId: "s-9" })(leaf("added"))
            yield* leaf("outer")
          }).pipe(Effect.provideService(RunContext, alice))
        )
        expect(spanNamed(run, "inner").attributes).toEqual({ user_id: "bob" })
        expect(spanNamed(run, "added").attributes).toEqual({ user_id: "alice", session_id: "s-9" })
        expect(spanNamed(run, "outer").attributes).toEqual(labels)
      }))

    it.effect("without a run nothing is labelled", () =>
      Effect.gen(function*() {
        const run = yield* runWith(make, leaf("body"))
        expect(spanNamed(run, "body").attributes).toEqual({})
        expect(metricNamed(run, "body.count").attributes).toEqual({})
      }))
  })
}
