/**
 * Attributes: set when the span opens, by the region, or later by the body.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Telemetry } from "loom-telemetry"
import { type MakeSubject, runWith, spanNamed } from "./subject.js"

export const annotationsContract = (make: MakeSubject): void => {
  describe("attributes", () => {
    it.effect("are a record, or a function that is called once", () =>
      Effect.gen(function*() {
        let calls = 0
        const run = yield* runWith(
          make,
          Effect.void.pipe(
            Telemetry.withSpan("lazy", () => ({ call: ++calls })),
            Telemetry.withSpan("plain", { model: "m-1", turn: 0, ok: true })
          )
        )
        expect(calls).toBe(1)
        expect(spanNamed(run, "lazy").attributes).toEqual({ call: 1 })
        expect(spanNamed(run, "plain").attributes).toEqual({ model: "m-1", turn: 0, ok: true })
      }))

    it.effect("are set on the current span by annotate, later values replacing earlier ones", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.gen(function*() {
            yield* Telemetry.withSpan(Telemetry.annotate({ place: "inner" }), "inner")
            yield* Telemetry.annotate({ tokens_in: 12, place: "outer" })
            yield* Telemetry.annotate(() => ({ tokens_in: 13 }))
            yield* Effect.annotateCurrentSpan("native", true)
          }).pipe(Telemetry.withSpan("outer", { place: "open" }))
        )
        expect(spanNamed(run, "inner").attributes).toEqual({ place: "inner" })
        expect(spanNamed(run, "outer").attributes).toEqual({ place: "outer", tokens_in: 13, native: true })
      }))

    it.effect("are set by annotate on spans of libraries, streams and scopes too", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.scoped(Effect.gen(function*() {
            yield* Effect.withSpan(Telemetry.annotate({ at: "library" }), "library")
            const span = yield* Telemetry.spanScoped("resource")
            yield* Effect.withParentSpan(Telemetry.annotate({ at: "scope" }), span)
          }))
        )
        expect(spanNamed(run, "library").attributes).toEqual({ at: "library" })
        expect(spanNamed(run, "resource").attributes).toEqual({ at: "scope" })
      }))

    it.effect("are ignored by annotate outside of spans", () =>
      Effect.gen(function*() {
        const run = yield* runWith(make, Telemetry.annotate({ lost: true }))
        expect(run.exit._tag).toBe("Success")
        expect(run.spans).toEqual([])
      }))

    it.effect("are set by annotateSpans on all spans of a region; explicit attributes take precedence", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.void.pipe(
            Effect.withSpan("library"),
            Telemetry.withSpan("ours", { region: "explicit" }),
            Effect.annotateSpans({ region: "eu", zone: 1 })
          )
        )
        expect(spanNamed(run, "library").attributes).toEqual({ region: "eu", zone: 1 })
        expect(spanNamed(run, "ours").attributes).toEqual({ region: "explicit", zone: 1 })
      }))

    it.effect("do not affect the body if creating or reading them throws", () =>
      Effect.gen(function*() {
        const hostile = Object.defineProperty({ fine: 1 }, "hostile", {
          enumerable: true,
          get: () => {
            throw new Error("trap")
          }
        })
        const run = yield* runWith(
          make,
          Effect.succeed("body").pipe(
            Telemetry.withSpan("getter", hostile),
            Telemetry.withSpan("function", () => {
              throw new Error("trap")
            }),
            Effect.tap(() => Telemetry.withSpan(Telemetry.annotate(hostile), "annotated")),
            Effect.tap(() => Telemetry.emitMetric("measured", 1, hostile))
          )
        )
        expect(run.exit).toMatchObject({ _tag: "Success", value: "body" })
        expect(spanNamed(run, "getter").attributes).toEqual({ fine: 1, hostile: "<unserializable>" })
        expect(spanNamed(run, "annotated").attributes).toEqual({ fine: 1, hostile: "<unserializable>" })
        expect(run.spans.map((span) => span.outcome)).toEqual(["success", "success", "success"])
        expect(run.metrics).toHaveLength(1)
      }))
  })
}
