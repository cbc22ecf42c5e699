/**
 * The user and session of a run are on its spans and metrics, without passing them by hand.
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
  describe("the run context", () => {
    it.effect("sets user and session on spans, and the user on metrics", () =>
      Effect.gen(function*() {
        const run = yield* runWith(make, Effect.provideService(leaf("body"), RunContext, alice))
        expect(spanNamed(run, "body").attributes).toEqual(labels)
        expect(metricNamed(run, "body.count").attributes).toEqual({ user_id: "alice" })
      }))

    it.effect("reaches forks, daemons, parallel branches and streams", () =>
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

    it.effect("yields to explicit attributes, on spans, on metrics and with annotate", () =>
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

    it.effect("does not label spans of libraries, but our spans below them", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          leaf("ours").pipe(Effect.withSpan("library"), Effect.provideService(RunContext, alice))
        )
        expect(spanNamed(run, "library").attributes).toEqual({})
        expect(spanNamed(run, "ours").attributes).toEqual(labels)
      }))

    it.effect("is replaced by an inner run, and applies again after it", () =>
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

    it.effect("labels nothing if there is no run", () =>
      Effect.gen(function*() {
        const run = yield* runWith(make, leaf("body"))
        expect(spanNamed(run, "body").attributes).toEqual({})
        expect(metricNamed(run, "body.count").attributes).toEqual({})
      }))
  })
}
