/**
 * Spans opened inside a span are its children: in the same fiber, in other fibers, and for spans of libraries.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Request from "effect/Request"
import * as RequestResolver from "effect/RequestResolver"
import * as Stream from "effect/Stream"
import { Telemetry } from "loom-telemetry"
import { type MakeSubject, outline, runWith } from "./subject.js"

const unit = (name: string) => Telemetry.withSpan(Effect.void, name)

export const nestingContract = (make: MakeSubject): void => {
  const outlineOf = (program: Effect.Effect<unknown, unknown>) =>
    Effect.map(runWith(make, program), (run) => outline(run.spans))

  describe("nesting", () => {
    it.effect("makes consecutive spans siblings, and a span inside another its child", () =>
      Effect.gen(function*() {
        const inSequence = Telemetry.withSpan(Effect.zipRight(unit("a"), unit("b")), "parent")
        expect(yield* outlineOf(inSequence)).toEqual(["parent", "  a", "  b"])
        expect(yield* outlineOf(Effect.zipRight(unit("a"), unit("b")))).toEqual(["a", "b"])
      }))

    it.effect("does not make a span that follows another its child", () =>
      Effect.gen(function*() {
        const program = Effect.gen(function*() {
          yield* Effect.ignore(Telemetry.withSpan(Effect.fail("no"), "first"))
          yield* unit("second")
        }).pipe(Telemetry.withSpan("parent"))
        expect(yield* outlineOf(program)).toEqual(["parent", "  first [failure]", "  second"])
      }))

    it.effect("makes the spans of a forked fiber children of the span it was forked in", () =>
      Effect.gen(function*() {
        const program = Effect.flatMap(Effect.fork(unit("child")), Fiber.join).pipe(Telemetry.withSpan("parent"))
        expect(yield* outlineOf(program)).toEqual(["parent", "  child"])
      }))

    it.effect("resumes batched requests inside their own spans, whichever fiber runs them", () =>
      Effect.gen(function*() {
        class Double extends Request.TaggedClass("Double")<number, never, { readonly n: number }> {}
        const batches: Array<number> = []
        const resolver = RequestResolver.makeBatched((asked: ReadonlyArray<Double>) => {
          batches.push(asked.length)
          return Effect.forEach(asked, (one) => Request.succeed(one, 2 * one.n), { discard: true })
        })
        const one = (n: number) =>
          Effect.request(new Double({ n }), resolver).pipe(
            Effect.zipLeft(unit("inside")),
            Telemetry.withSpan("asking"),
            Effect.zipLeft(unit("after"))
          )
        const program = Effect.forEach([1, 2, 3], one, { batching: true, concurrency: "unbounded" }).pipe(
          Telemetry.withSpan("parent")
        )
        const each = ["  asking", "    inside", "  after"]
        expect([...(yield* outlineOf(program))].sort()).toEqual(["parent", ...each, ...each, ...each].sort())
        expect(batches).toEqual([3])
      }))

    it.effect("keeps a daemon's span a child of its parent even after the parent has ended", () =>
      Effect.gen(function*() {
        const program = Effect.gen(function*() {
          const go = yield* Deferred.make<void>()
          const daemon = yield* Deferred.await(go).pipe(
            Effect.zipRight(unit("inside")),
            Telemetry.withSpan("daemon"),
            Effect.forkDaemon,
            Telemetry.withSpan("parent")
          )
          yield* Effect.yieldNow()
          yield* Deferred.succeed(go, undefined)
          yield* Fiber.join(daemon)
        })
        expect(yield* outlineOf(program)).toEqual(["parent", "  daemon", "    inside"])
      }))

    it.effect("keeps parallel branches under their own parents", () =>
      Effect.gen(function*() {
        const branch = (name: string) =>
          Effect.yieldNow().pipe(Effect.zipRight(unit(`${name}.leaf`)), Telemetry.withSpan(name))
        const program = Effect.all([branch("a"), branch("b"), branch("c")], { concurrency: "unbounded" }).pipe(
          Telemetry.withSpan("parent")
        )
        expect(yield* outlineOf(program)).toEqual([
          "parent",
          "  a",
          "    a.leaf",
          "  b",
          "    b.leaf",
          "  c",
          "    c.leaf"
        ])
      }))

    it.effect("makes the winner and the loser of a race siblings, and the loser is interrupted", () =>
      Effect.gen(function*() {
        const program = Effect.race(unit("winner"), Effect.never.pipe(Telemetry.withSpan("loser"))).pipe(
          Telemetry.withSpan("parent")
        )
        expect(yield* outlineOf(program)).toEqual(["parent", "  loser [interrupted]", "  winner"])
      }))

    it.effect("makes the spans of a stream's consumer children of the span it runs in", () =>
      Effect.gen(function*() {
        const program = Stream.make("a", "b").pipe(
          Stream.mapEffect(unit, { concurrency: 2 }),
          Stream.runDrain,
          Telemetry.withSpan("parent")
        )
        expect(yield* outlineOf(program)).toEqual(["parent", "  a", "  b"])
      }))

    it.effect("puts spans of libraries into the same tree", () =>
      Effect.gen(function*() {
        const program = unit("ours").pipe(
          Effect.withSpan("library"),
          Telemetry.withSpan("parent"),
          Effect.withSpan("outermost")
        )
        expect(yield* outlineOf(program)).toEqual(["outermost", "  parent", "    library", "      ours"])
      }))

    it.effect("gives a library's span that fails or is interrupted that outcome", () =>
      Effect.gen(function*() {
        const program = Effect.zipRight(
          Effect.ignore(Effect.withSpan(Effect.fail("no"), "failing")),
          Effect.exit(Effect.withSpan(Effect.interrupt, "interrupted"))
        )
        expect(yield* outlineOf(program)).toEqual(["failing [failure]", "interrupted [interrupted]"])
      }))

    it.effect("starts a new tree for a library's root span", () =>
      Effect.gen(function*() {
        const program = unit("child").pipe(Effect.withSpan("root", { root: true }), Telemetry.withSpan("around"))
        expect(yield* outlineOf(program)).toEqual(["around", "root", "  child"])
      }))

    it.effect("records nothing while tracing is disabled, and records later spans again", () =>
      Effect.gen(function*() {
        const off = unit("unseen").pipe(Effect.withSpan("library"), Telemetry.withSpan("hidden"))
        const program = Effect.gen(function*() {
          yield* Effect.withTracerEnabled(off, false)
          yield* unit("seen")
        }).pipe(Telemetry.withSpan("parent"))
        expect(yield* outlineOf(program)).toEqual(["parent", "  seen"])
      }))

    it.effect("puts spans below the nearest recorded one if tracing is enabled again inside", () =>
      Effect.gen(function*() {
        const program = unit("seen").pipe(
          Effect.withTracerEnabled(true),
          Telemetry.withSpan("hidden"),
          Effect.withSpan("hidden library"),
          Effect.withTracerEnabled(false),
          Telemetry.withSpan("parent")
        )
        expect(yield* outlineOf(program)).toEqual(["parent", "  seen"])
      }))
  })
}
