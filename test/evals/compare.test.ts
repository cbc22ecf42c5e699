/**
 * Whether a difference between two experiments is more than noise.
 */
import * as fc from "effect/FastCheck"
import { Experiment } from "loom-telemetry/evals"
import { describe, expect, it } from "vitest"
import { estimate } from "../../src/evals/statistics.js"
import { resultOf } from "../../src/evals/summary.js"

const result = (name: string, values: ReadonlyArray<number | null>) =>
  resultOf({
    name,
    scorers: ["exact"],
    seed: 1,
    cases: values.map((value, index) => ({
      caseId: `case ${index}`,
      repetition: 0,
      outcome: value === null ? "failure" as const : "success" as const,
      output: undefined,
      error: null,
      scores: value === null ? [] : [{ name: "exact", value, label: null, explanation: null, source: "code" as const }],
      durationMs: 1,
      tokensIn: 0,
      tokensOut: 0,
      costUsd: 0.5,
      agentVersion: null,
      traceId: null
    }))
  })

const verdict = (before: ReadonlyArray<number | null>, after: ReadonlyArray<number | null>) =>
  Experiment.compare(result("before", before), result("after", after)).scores["exact"]!.verdict

const twenty = (value: (index: number) => number) => Array.from({ length: 20 }, (_, index) => value(index))

describe("a comparison", () => {
  it("reports better or worse if all cases differ the same way", () => {
    expect(verdict(twenty(() => 0), twenty(() => 1))).toBe("better")
    expect(verdict(twenty(() => 1), twenty(() => 0))).toBe("worse")
  })

  it("pairs cases: a small difference in each counts although the cases differ a lot", () => {
    expect(verdict(twenty((index) => index), twenty((index) => index + 0.1))).toBe("better")
  })

  it("is unclear if the cases differ both ways, if nothing differs, or if there are too few", () => {
    expect(verdict(twenty((index) => index % 2), twenty((index) => (index + 1) % 2))).toBe("unclear")
    expect(verdict(twenty(() => 1), twenty(() => 1))).toBe("unclear")
    expect(verdict([0, 0, 0, 0, 0], [1, 1, 1, 1, 1])).toBe("unclear")
    expect(verdict([0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1])).toBe("better")
  })

  it("counts failures and costs, and names unpaired cases", () => {
    const compared = Experiment.compare(result("before", [1, 1]), result("after", [1, null, 1]))
    expect(compared).toMatchObject({ failed: 1, costUsd: 0.5, unpaired: ["case 2"] })
    expect(compared.scores["exact"]?.estimate).toMatchObject({ count: 1, mean: 0 })
  })

  it("is the same each time", () => {
    const compared = () =>
      Experiment.compare(result("a", twenty((index) => index % 3)), result("b", twenty((index) => index % 4)))
    expect(compared()).toEqual(compared())
  })
})

describe("an estimate", () => {
  it("lies between the smallest and the largest value", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 30 }),
        fc.integer(),
        (values, seed) => {
          const { count, high, low, mean } = estimate(values, seed)!
          expect(count).toBe(values.length)
          expect(low).toBeLessThanOrEqual(high)
          expect(mean).toBeGreaterThanOrEqual(Math.min(...values))
          expect(mean).toBeLessThanOrEqual(Math.max(...values))
        }
      ),
      { numRuns: 50 }
    )
  })

  it("covers the true mean about 95 times out of 100", () => {
    let covered = 0
    for (let seed = 1; seed <= 400; seed++) {
      // Coin flips of a fixed generator: the true mean is a half.
      let state = seed * 2654435761 % 4294967296
      const flips = Array.from({ length: 40 }, () => {
        state = (state * 1664525 + 1013904223) % 4294967296
        return state > 2147483648 ? 1 : 0
      })
      const { high, low } = estimate(flips, seed)!
      covered += low <= 0.5 && 0.5 <= high ? 1 : 0
    }
    expect(covered / 400).toBeGreaterThan(0.9)
    expect(covered / 400).toBeLessThan(0.99)
  })

  it("is undefined without values", () => {
    expect(estimate([], 1)).toBeUndefined()
  })
})
