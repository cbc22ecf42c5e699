/**
 * A span as a scoped resource: it ends with the scope, and becomes a parent only through `withParentSpan`.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import { Telemetry } from "loom-telemetry"
import { type MakeSubject, outline, runWith, spanNamed } from "./subject.js"

const unit = (name: string) => Telemetry.withSpan(Effect.void, name)

export const scopedSpansContract = (make: MakeSubject): void => {
  describe("scoped spans", () => {
    it.effect("become parents only through withParentSpan", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.scoped(Effect.gen(function*() {
            const span = yield* Telemetry.spanScoped("resource")
            yield* unit("beside")
            yield* Effect.withParentSpan(unit("inside"), span)
          })).pipe(Telemetry.withSpan("parent"))
        )
        expect(outline(run.spans)).toEqual(["parent", "  beside", "  resource", "    inside"])
      }))

    it.effect("end with the exit of their scope", () =>
      Effect.gen(function*() {
        const within = <A, E>(name: string, body: Effect.Effect<A, E>) =>
          Effect.exit(Effect.scoped(Effect.zipRight(Telemetry.spanScoped(name), body)))
        const run = yield* runWith(
          make,
          Effect.all([
            within("succeeds", Effect.void),
            within("fails", Effect.fail("no")),
            within("dies", Effect.die("defect")),
            within("is interrupted", Effect.interrupt)
          ])
        )
        expect(outline(run.spans)).toEqual([
          "dies [failure]",
          "fails [failure]",
          "is interrupted [interrupted]",
          "succeeds"
        ])
      }))

    it.effect("are open as long as their scope", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.gen(function*() {
            const scope = yield* Scope.make()
            yield* Scope.extend(Telemetry.spanScoped("resource"), scope)
            yield* TestClock.adjust("3 seconds")
            yield* Scope.close(scope, Exit.void)
            yield* TestClock.adjust("1 second")
          })
        )
        expect(spanNamed(run, "resource").durationMs).toBe(3000)
      }))

    it.effect("end in reverse order if they share a scope", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.scoped(Effect.gen(function*() {
            const first = yield* Telemetry.spanScoped("first", { place: 1 })
            const second = yield* Effect.withParentSpan(Telemetry.spanScoped("second", { place: 2 }), first)
            yield* Effect.withParentSpan(unit("inside"), second)
          }))
        )
        expect(outline(run.spans)).toEqual(["first", "  second", "    inside"])
        expect(spanNamed(run, "second").attributes).toEqual({ place: 2 })
      }))
  })
}
