/**
 * The place where a layer is provided alone decides which sinks record.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Runtime from "effect/Runtime"
import * as Stream from "effect/Stream"
import { InMemoryTelemetry, NoTelemetryLive, Telemetry } from "loom-telemetry"
import { type MakeSubject, outline, runWith, spanNamed } from "./subject.js"

const unit = (name: string) => Telemetry.withSpan(Effect.void, name)

export const provisionContract = (make: MakeSubject): void => {
  describe("provision", () => {
    it.effect("lets the service do the same as the statics, wherever it is used", () =>
      Effect.gen(function*() {
        const program = Effect.gen(function*() {
          const telemetry = yield* Telemetry
          expect(telemetry.sinks.length).toBeGreaterThan(0)
          yield* telemetry.emitMetric("calls", 1).pipe(
            Effect.zipRight(telemetry.annotate({ by: "service" })),
            telemetry.withSpan("body"),
            Effect.provide(InMemoryTelemetry.layer())
          )
          yield* telemetry.withSpanStream("stream")(Stream.make(1)).pipe(Stream.runDrain)
          yield* Effect.scoped(telemetry.spanScoped("scoped"))
          yield* telemetry.flush
        })
        const run = yield* runWith(make, program)
        expect(outline(run.spans)).toEqual(["body", "scoped", "stream"])
        expect(spanNamed(run, "body").attributes).toEqual({ by: "service" })
        expect(run.metrics.map((metric) => metric.name)).toEqual(["calls"])
      }))

    it.effect("lets an inner layer override an outer one, for libraries too", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.gen(function*() {
            yield* unit("inner").pipe(Effect.withSpan("inner library"), Effect.provide(InMemoryTelemetry.layer()))
            yield* Effect.withSpan(unit("after"), "after library")
          })
        )
        expect(outline(run.spans)).toEqual(["after library", "  after"])
      }))

    it.effect("disables recording inside NoTelemetryLive, and calls no attribute function", () =>
      Effect.gen(function*() {
        let calls = 0
        const attributes = () => ({ call: ++calls })
        const silent = Effect.gen(function*() {
          yield* Effect.void.pipe(Effect.withSpan("library"), Telemetry.withSpan("hidden", attributes))
          yield* Telemetry.emitMetric("hidden.count", 1, attributes)
          yield* Telemetry.annotate(attributes)
        }).pipe(Effect.provide(NoTelemetryLive))
        const run = yield* runWith(make, Effect.zipRight(silent, unit("seen")).pipe(Telemetry.withSpan("parent")))
        expect(calls).toBe(0)
        expect(outline(run.spans)).toEqual(["parent", "  seen"])
        expect(run.metrics).toEqual([])
      }))

    it.effect("records everything that a managed runtime runs", () =>
      Effect.gen(function*() {
        const { spans } = yield* Effect.scoped(Effect.gen(function*() {
          const subject = yield* make
          const runtime = ManagedRuntime.make(subject.layer)
          yield* Effect.promise(() => runtime.runPromise(Effect.withSpan(unit("first"), "library")))
          yield* Effect.promise(() => runtime.runPromise(unit("second")))
          yield* runtime.disposeEffect
          return yield* subject.recorded
        }))
        expect(outline(spans)).toEqual(["library", "  first", "second"])
      }))

    it.effect("records the effects run with a runtime captured inside", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.flatMap(
            Effect.runtime(),
            (runtime) => Effect.promise(() => Runtime.runPromise(runtime)(Effect.withSpan(unit("inside"), "library")))
          ).pipe(
            Telemetry.withSpan("parent")
          )
        )
        expect(outline(run.spans)).toEqual(["parent", "  library", "    inside"])
      }))

    it.effect("does not affect the span of an outer telemetry in which a layer is built", () =>
      Effect.gen(function*() {
        const run = yield* Effect.flatMap(InMemoryTelemetry, (outer) =>
          Effect.gen(function*() {
            const inner = yield* runWith(make, Effect.withSpan(unit("inside"), "library")).pipe(
              Telemetry.withSpan("outer")
            )
            return { inner, outer: yield* outer.spans }
          })).pipe(Effect.provide(InMemoryTelemetry.layer()))
        expect(outline(run.inner.spans)).toEqual(["library", "  inside"])
        expect(outline(run.outer)).toEqual(["outer"])
      }))

    it.effect("lets flush complete without failing", () =>
      Effect.gen(function*() {
        const run = yield* runWith(make, Effect.zipRight(unit("body"), Telemetry.flush))
        expect(run.exit._tag).toBe("Success")
        expect(outline(run.spans)).toEqual(["body"])
      }))
  })
}
