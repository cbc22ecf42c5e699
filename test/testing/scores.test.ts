/**
 * Expectations for the scores of spans.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { InMemoryTelemetry, Telemetry } from "loom-telemetry"
import {
  atLeast,
  expectTrace,
  expectTree,
  scoredTree,
  type ScoreExpectation,
  TestTelemetry
} from "loom-telemetry/testing"

const judged = Effect.gen(function*() {
  yield* Telemetry.score("correctness", { value: 0.75, explanation: "off by one", attributes: { rubric: "v2" } })
  yield* Telemetry.score("tone", { label: "rude", source: "model" })
}).pipe(Telemetry.withSpan("answer"), Telemetry.withSpan("root"))

const traceId = "1".padStart(32, "0")

/** The error for these expected scores of `answer`; `undefined` if they are as expected. */
const mismatch = (scores: ReadonlyArray<ScoreExpectation>) =>
  Effect.zipRight(judged, expectTrace({ name: "root", children: [{ name: "answer", scores }] })).pipe(
    Effect.match({ onFailure: (error) => error, onSuccess: () => undefined }),
    Effect.provide(TestTelemetry.layer)
  )

describe("expectTrace with scores", () => {
  it.effect.each<readonly [string, ReadonlyArray<ScoreExpectation>]>([
    ["names", ["correctness", "tone"]],
    ["patterns", [/^corr/, /on/]],
    ["values and labels", [{ name: "correctness", value: 0.75, label: null }, {
      name: "tone",
      label: "rude",
      value: null
    }]],
    ["matchers", [{ name: "correctness", value: atLeast(0.7) }, "tone"]],
    ["explanations, sources and attributes", [
      { name: "correctness", explanation: /off/, source: "code", attributes: { rubric: "v2" } },
      { name: "tone", explanation: null, source: "model" }
    ]]
  ])("accepts %s", ([, scores]) => Effect.map(mismatch(scores), (error) => expect(error).toBeUndefined()))

  it.effect.each<readonly [string, ReadonlyArray<ScoreExpectation>, ReadonlyArray<string>, unknown, unknown]>([
    ["a missing score", [], ["scores"], [], ["correctness", "tone"]],
    ["another order", ["tone", "correctness"], ["scores", "0", "name"], "tone", "correctness"],
    ["another value", [{ name: "correctness", value: 1 }, "tone"], ["scores", "0", "value"], 1, 0.75],
    ["another label", ["correctness", { name: "tone", label: "kind" }], ["scores", "1", "label"], "kind", "rude"],
    ["another source", ["correctness", { name: "tone", source: "human" }], ["scores", "1", "source"], "human", "model"],
    [
      "another attribute",
      [{ name: "correctness", attributes: { rubric: "v3" } }, "tone"],
      ["scores", "0", "attributes", "rubric"],
      "v3",
      "v2"
    ]
  ])("reports %s", ([, scores, field, expected, actual]) =>
    Effect.map(mismatch(scores), (error) => {
      expect(error?.mismatches[0]).toMatchObject({ kind: "different", field, expected, actual })
    }))

  it.effect("shows the names of both sides", () =>
    Effect.map(mismatch(["tone"]), (error) => {
      expect(error?.expected).toContain("• answer [scores: tone]")
      expect(error?.actual).toContain("• answer [scores: correctness, tone]")
    }))

  it.effect("finds the scores of a whole trace on its root, before the root's own", () =>
    Effect.gen(function*() {
      yield* Telemetry.score("own", { value: 1 }).pipe(Telemetry.withSpan("root"))
      yield* Telemetry.scoreOf({ traceId }, "whole", { value: 1 })
      yield* expectTrace({ name: "root", scores: ["whole", "own"] })
    }).pipe(Effect.provide(TestTelemetry.layer)))

  it.effect("does not check scores that are omitted, and accepts an empty list if there are none", () =>
    Effect.gen(function*() {
      yield* judged
      yield* expectTrace({ name: "root", scores: [], children: [{ name: "answer" }] })
    }).pipe(Effect.provide(TestTelemetry.layer)))

  it.effect("also works with trees from scoredTree", () =>
    Effect.gen(function*() {
      yield* judged
      const memory = yield* InMemoryTelemetry
      const tree = scoredTree(yield* memory.tree, yield* memory.scores)
      expectTree(tree, { name: "root", children: [{ name: "answer", scores: ["correctness", "tone"] }] })
      expect(() => expectTree(tree, { name: "root", scores: ["tone"] })).toThrow("scores")
    }).pipe(Effect.provide(TestTelemetry.layer)))
})
