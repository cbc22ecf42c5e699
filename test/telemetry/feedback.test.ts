/**
 * User feedback as scores: what a browser may send, and what is rejected.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import {
  type Feedback,
  InMemoryTelemetry,
  InvalidFeedback,
  NoTelemetryLive,
  RunContext,
  Telemetry
} from "loom-telemetry"
import { makeTelemetry } from "loom-telemetry/promise"
import { TestTelemetry } from "loom-telemetry/testing"
import { capturedWarnings } from "../sinks/recordingSinks.js"

const traceId = "0af7651916cd43dd8448eb211c80319c"
const spanId = "b7ad6b7169203331"

const scores = Effect.flatMap(InMemoryTelemetry, (memory) => memory.scores)

const given = (feedback: unknown) =>
  Effect.zipRight(Telemetry.feedback(feedback as Feedback), scores).pipe(Effect.provide(InMemoryTelemetry.layer()))

describe("feedback", () => {
  it.effect.each<readonly [string, Feedback, ReadonlyArray<unknown>]>([
    ["thumbs up", { traceId, thumbs: "up" }, [["feedback.thumbs", 1, "up", null]]],
    ["thumbs down with a comment", { traceId, thumbs: "down", comment: "no" }, [["feedback.thumbs", 0, "down", "no"]]],
    ["stars", { traceId, stars: 4 }, [["feedback.stars", 4, null, null]]],
    ["stars with a comment", { traceId, stars: 1, comment: "slow" }, [["feedback.stars", 1, null, "slow"]]],
    ["a comment alone", { traceId, comment: "nice" }, [["feedback.comment", null, "comment", "nice"]]],
    ["all three", { traceId, thumbs: "up", stars: 5, comment: "wow" }, [
      ["feedback.thumbs", 1, "up", "wow"],
      ["feedback.stars", 5, null, null]
    ]],
    ["null and empty strings for absent values", { traceId, spanId: null, thumbs: "up", stars: null, comment: "" }, [
      ["feedback.thumbs", 1, "up", null]
    ]]
  ])(
    "%s is recorded as a person's scores of the trace",
    ([, feedback, expected]) =>
      Effect.map(given(feedback), (recorded) => {
        expect(recorded.map(({ explanation, label, name, value }) => [name, value, label, explanation])).toEqual(
          expected
        )
        expect(
          recorded.every((score) => score.source === "human" && score.traceId === traceId && score.spanId === null)
        )
          .toBe(true)
      })
  )

  it.effect("may name a span, and carries the user of the request", () =>
    Effect.map(
      given({ traceId, spanId, thumbs: "up" }).pipe(RunContext.with({ userId: "alice" })),
      (recorded) => expect(recorded).toMatchObject([{ traceId, spanId, attributes: { user_id: "alice" } }])
    ))

  it.effect("ignores everything else in the request body", () =>
    Effect.map(
      given({ traceId, thumbs: "up", source: "code", value: 9, name: "admin", attributes: { a: 1 } }),
      (recorded) =>
        expect(recorded).toMatchObject([{ name: "feedback.thumbs", source: "human", value: 1, attributes: {} }])
    ))

  it.effect.each<readonly [string, unknown, RegExp]>([
    ["nothing", undefined, /cannot be read/],
    ["a text", "thumbs up", /trace id/],
    ["no trace id", { thumbs: "up" }, /trace id/],
    ["a trace id with more", { traceId: `${traceId}0`, thumbs: "up" }, /trace id/],
    ["a list of trace ids", { traceId: [traceId], thumbs: "up" }, /trace id/],
    ["a malformed span id", { traceId, spanId: "<script>", thumbs: "up" }, /span id/],
    ["no opinion", { traceId }, /neither thumbs nor stars nor a comment/],
    ["an empty comment", { traceId, comment: "" }, /neither/],
    ["other thumbs", { traceId, thumbs: "sideways" }, /`thumbs`/],
    ["true for thumbs", { traceId, thumbs: true }, /`thumbs`/],
    ["no stars at all", { traceId, stars: 0 }, /`stars`/],
    ["six stars", { traceId, stars: 6 }, /`stars`/],
    ["half a star", { traceId, stars: 2.5 }, /`stars`/],
    ["stars as text", { traceId, stars: "5" }, /`stars`/],
    ["NaN stars", { traceId, stars: Number.NaN }, /`stars`/],
    ["a comment that is an object", { traceId, comment: { a: 1 } }, /`comment`/],
    ["valid thumbs with invalid stars", { traceId, thumbs: "up", stars: 9 }, /`stars`/],
    ["a getter that throws", {
      get traceId() {
        throw new Error("no")
      }
    }, /cannot be read/]
  ])("%s is a typed error; nothing is recorded or logged", ([, feedback, message]) =>
    Effect.gen(function*() {
      const [warnings, logger] = capturedWarnings()
      const recorded = yield* Effect.gen(function*() {
        const error = yield* Effect.flip(Telemetry.feedback(feedback as Feedback))
        expect(error).toBeInstanceOf(InvalidFeedback)
        expect(error.message).toMatch(message)
        return yield* scores
      }).pipe(Effect.provide(InMemoryTelemetry.layer()), Effect.provide(logger))
      expect([recorded, warnings]).toEqual([[], []])
    }))

  it.effect("is validated the same way if nothing records", () =>
    Effect.gen(function*() {
      yield* Telemetry.feedback({ traceId, thumbs: "up" })
      expect(yield* Effect.flip(Telemetry.feedback({ traceId }))).toBeInstanceOf(InvalidFeedback)
    }).pipe(Effect.provide(NoTelemetryLive)))

  it.effect("hides secrets in a comment", () =>
    Effect.map(
      given({ traceId, comment: "my key is sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD" }),
      ([score]) => expect(score!.explanation).toBe("my key is <redacted>")
    ))
})

describe("scores without Effect", () => {
  it("can be given for the current span, for a finished one, and as feedback", async () => {
    const telemetry = await makeTelemetry(TestTelemetry.layer)
    const ids = telemetry.withSpan("answer", () => {
      telemetry.score("correctness", { value: 0.5, explanation: "half" })
      return telemetry.currentSpan()!
    })
    telemetry.withRun({ userId: "alice" }, () => telemetry.scoreOf(ids, "late", { label: "fine", source: "human" }))
    telemetry.feedback({ traceId: ids.traceId, thumbs: "down" })
    telemetry.score("outside", { value: 1 })
    expect(() => telemetry.feedback({ traceId: "x", thumbs: "up" })).toThrow(InvalidFeedback)
    expect(await telemetry.runPromise(scores)).toMatchObject([
      { name: "correctness", value: 0.5, explanation: "half", source: "code", ...ids },
      { name: "late", label: "fine", source: "human", ...ids, attributes: { user_id: "alice" } },
      { name: "feedback.thumbs", value: 0, source: "human", traceId: ids.traceId, spanId: null }
    ])
    await telemetry.close()
  })
})
