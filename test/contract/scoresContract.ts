/**
 * Each score is recorded once, unchanged: of the current span, or of a span or trace that has ended.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Judgement, RunContext, type ScoreRecord, Telemetry } from "loom-telemetry"
import { type MakeSubject, runWith, spanNamed } from "./subject.js"

const ended = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" }

/** The part of a score that every sink shows. */
const shown = ({ explanation, label, name, source, value }: ScoreRecord) => [name, value, label, source, explanation]

/** Invalid judgements. */
const invalid: ReadonlyArray<readonly [what: string, name: string, judgement: unknown]> = [
  ["no name", "", { value: 1 }],
  ["a name that is not a string", 7 as never, { value: 1 }],
  ["NaN", "s", { value: Number.NaN }],
  ["Infinity", "s", { value: Number.POSITIVE_INFINITY }],
  ["-Infinity", "s", { value: Number.NEGATIVE_INFINITY, label: "low" }],
  ["a number as a string", "s", { value: "1" }],
  ["a bigint", "s", { value: 1n }],
  ["neither value nor label", "s", {}],
  ["an explanation alone", "s", { explanation: "because" }],
  ["null for both", "s", { value: null, label: null }],
  ["an empty label", "s", { label: "" }],
  ["a label that is not a string", "s", { label: 1 }],
  ["an explanation that is not a string", "s", { value: 1, explanation: { a: 1 } }],
  ["a source that does not exist", "s", { value: 1, source: "robot" }],
  ["no judgement", "s", undefined],
  ["null", "s", null],
  ["a getter that throws", "s", {
    get value() {
      throw new Error("no")
    }
  }]
]

const invalidTargets: ReadonlyArray<readonly [what: string, target: unknown]> = [
  ["a short trace id", { traceId: "0af765" }],
  ["an upper-case trace id", { traceId: ended.traceId.toUpperCase() }],
  ["a trace id of zeros", { traceId: "0".repeat(32) }],
  ["a trace id with a line break", { traceId: `${ended.traceId}\n` }],
  ["no trace id", {}],
  ["nothing", undefined],
  ["a short span id", { ...ended, spanId: "b7ad" }],
  ["a span id of zeros", { ...ended, spanId: "0".repeat(16) }],
  ["an empty span id", { ...ended, spanId: "" }],
  ["a span id that is not a string", { ...ended, spanId: 7 }]
]

/** The scores that every sink keeps; `keeps: "lines"` is for sinks that show less than a record. */
export const scoresContract = (make: MakeSubject, keeps: "records" | "lines"): void => {
  describe("scores", () => {
    it.effect("of the current span keep their order, value, label, source and explanation", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.gen(function*() {
            yield* Telemetry.score("correctness", { value: 0.25 })
            yield* Telemetry.score("tone", { label: "rude", source: "model", explanation: "it swears" })
            yield* Telemetry.score("stars", { value: -0, label: "none", source: "human" })
          }).pipe(Telemetry.withSpan("answer"))
        )
        expect(run.scores.map(shown)).toEqual([
          ["correctness", 0.25, null, "code", null],
          ["tone", null, "rude", "model", "it swears"],
          ["stars", 0, "none", "human", null]
        ])
        expect(run.spans.map(({ name }) => name)).toEqual(["answer"])
      }))

    it.effect("of something that has ended keep its ids, with a span or without", () =>
      Effect.gen(function*() {
        const run = yield* runWith(
          make,
          Effect.gen(function*() {
            yield* Telemetry.scoreOf(ended, "late", { value: 1 })
            yield* Telemetry.scoreOf({ traceId: ended.traceId }, "whole", { label: "good" })
          })
        )
        expect(run.scores.map(({ name, spanId, traceId }) => [name, traceId, spanId])).toEqual([
          ["late", ended.traceId, ended.spanId],
          ["whole", ended.traceId, null]
        ])
      }))

    it.effect.each(invalid)(
      "with %s are dropped, and the program continues",
      ([, name, judgement]) =>
        Effect.gen(function*() {
          const run = yield* runWith(
            make,
            Effect.zipRight(
              Telemetry.score(name, judgement as Judgement),
              Telemetry.score("after", { value: 1 })
            ).pipe(Telemetry.withSpan("body"))
          )
          expect(run.exit._tag).toBe("Success")
          expect(run.scores.map((score) => score.name)).toEqual(["after"])
        })
    )

    it.effect.each(invalidTargets)("of %s are dropped", ([, target]) =>
      Effect.gen(function*() {
        const run = yield* runWith(make, Telemetry.scoreOf(target as never, "s", { value: 1 }))
        expect(run.exit._tag).toBe("Success")
        expect(run.scores).toEqual([])
      }))

    it.effect("outside of spans are dropped", () =>
      Effect.gen(function*() {
        const run = yield* runWith(make, Telemetry.score("s", { value: 1 }))
        expect([run.exit._tag, run.scores]).toEqual(["Success", []])
      }))

    if (keeps === "records") {
      it.effect("name the span they were given in, and carry attributes and the user", () =>
        Effect.gen(function*() {
          const run = yield* runWith(
            make,
            Telemetry.score("s", { value: 1, attributes: () => ({ rubric: "v2", nested: { a: [1] } }) }).pipe(
              Telemetry.withSpan("inner"),
              Telemetry.withSpan("outer"),
              RunContext.with({ userId: "alice" })
            )
          )
          const { spanId, traceId } = spanNamed(run, "inner")
          expect(run.scores).toMatchObject([
            { spanId, traceId, attributes: { rubric: "v2", nested: { a: [1] }, user_id: "alice" } }
          ])
        }))

      it.effect("hide secrets, and bound their texts", () =>
        Effect.gen(function*() {
          const secret = "password=hunter2hunter2"
          const run = yield* runWith(
            make,
            Telemetry.score("s", {
              label: secret,
              explanation: `${"x".repeat(9000)} ${secret}`,
              attributes: { api_key: "abc", note: secret }
            }).pipe(Telemetry.withSpan("body"))
          )
          const [score] = run.scores
          expect(JSON.stringify(score)).not.toContain("hunter2")
          expect(score!.attributes["api_key"]).toBe("<redacted>")
          expect(score!.explanation).toMatch(/^x{8192}…\[\+\d+ chars\]$/)
        }))
    }
  })
}
