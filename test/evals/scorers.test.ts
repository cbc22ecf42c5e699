/**
 * How the built-in scorers score answers.
 */
import * as Effect from "effect/Effect"
import { Scorer } from "loom-telemetry/evals"
import { describe, expect, it } from "vitest"

const judge = (scorer: Scorer.Scorer, output: unknown, expected?: unknown) =>
  Effect.runSync(Effect.either(scorer.judge({
    case: { id: "one", input: "in", expected, metadata: {} },
    input: "in",
    output,
    expected
  })))

const value = (scorer: Scorer.Scorer, output: unknown, expected?: unknown): unknown => {
  const verdict = judge(scorer, output, expected)
  return verdict._tag === "Left" ? "error" : verdict.right.value
}

const result = (output: string) => ({ output, runId: "run_1", turns: 1 })

const rows: ReadonlyArray<[string, Scorer.Scorer, output: unknown, expected: unknown, right: unknown]> = [
  ["exact text", Scorer.exact(), "Paris", "Paris", 1],
  ["exact text of another case", Scorer.exact(), "paris", "Paris", 0],
  ["exact text of an agent", Scorer.exact(), result("Paris"), "Paris", 1],
  ["exact structure", Scorer.exact(), { a: [1, { b: 2 }], c: null }, { c: null, a: [1, { b: 2 }] }, 1],
  ["exact structure with more keys", Scorer.exact(), { a: 1, b: 2 }, { a: 1 }, 0],
  ["an array against an object", Scorer.exact(), [1], { 0: 1 }, 0],
  ["exact NaN", Scorer.exact(), Number.NaN, Number.NaN, 1],
  ["contains the expected text", Scorer.contains(), "It is Paris.", "Paris", 1],
  ["contains another text", Scorer.contains({ text: "Rome" }), "It is Paris.", "Paris", 0],
  ["contains, whatever the case", Scorer.contains({ ignoreCase: true }), "It is PARIS.", "paris", 1],
  ["contains without a text", Scorer.contains(), "It is Paris.", undefined, "error"],
  ["matches", Scorer.matches(/^it/i), result("It is"), undefined, 1],
  ["does not match", Scorer.matches(/^is/), "It is", undefined, 0],
  ["JSON in another order", Scorer.json(), "{\"a\":1,\"b\":[2]}", "{\"b\":[2],\"a\":1}", 1],
  ["JSON against a value", Scorer.json(), result("{\"a\":1}"), { a: 1 }, 1],
  ["invalid JSON", Scorer.json(), "{a:1}", { a: 1 }, 0],
  ["within", Scorer.within(0.5), "3.4", 3, 1],
  ["on the bound", Scorer.within(1), 4, 3, 1],
  ["not within", Scorer.within(0.5), 4, 3, 0],
  ["not a number", Scorer.within(0.5), "about three", 3, 0],
  ["an empty text is not a number", Scorer.within(0.5), "", 0, 0],
  ["no expected number", Scorer.within(0.5), 4, undefined, "error"]
]

describe("a built-in scorer", () => {
  it.each(rows)("scores: %s", (_, scorer, output, expected, right) => {
    expect(value(scorer, output, expected)).toBe(right)
  })

  it("scores the same each time with a global pattern", () => {
    const scorer = Scorer.matches(/a/g)
    expect([1, 2, 3].map(() => value(scorer, "a"))).toEqual([1, 1, 1])
  })

  it("rejects an invalid tolerance", () => {
    expect(() => Scorer.within(-1)).toThrow(RangeError)
    expect(() => Scorer.within(Number.NaN)).toThrow(RangeError)
  })

  it("explains a wrong answer without quoting it", () => {
    for (const [, scorer, output, expected] of rows) {
      const verdict = judge(scorer, output, expected)
      expect(JSON.stringify(verdict)).not.toContain("Paris")
    }
  })
})
