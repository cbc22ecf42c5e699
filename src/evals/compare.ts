/**
 * Compares two experiments: is one better, or is the difference noise?
 */
import { type Estimate, estimate } from "./statistics.js"
import { type ExperimentResult, valuesByCase } from "./summary.js"

/** The difference of one score. */
export interface Difference {
  /** After minus before, over the cases that have a value in both; `null` if there are none. */
  readonly estimate: Estimate | null
  /**
   * `better` or `worse` if the 95% interval of the difference does not contain 0 and at least six cases are shared, else `unclear`. With fewer cases,
   * even a difference that always points the same way happens by chance in one of twenty experiments. Higher values count as better.
   */
  readonly verdict: "better" | "worse" | "unclear"
  /** By case, after minus before. */
  readonly byCase: { readonly [caseId: string]: number }
}

/** The differences between two experiments. */
export interface Comparison {
  /** The name of the first experiment. */
  readonly before: string
  /** The name of the second experiment. */
  readonly after: string
  /** Differences by scorer, for the scorers that both have. */
  readonly scores: { readonly [scorer: string]: Difference }
  /** Cases that failed, after minus before. */
  readonly failed: number
  /** US dollars, after minus before; `null` if one of them is unknown. */
  readonly costUsd: number | null
  /** Cases that only one of the two has. */
  readonly unpaired: ReadonlyArray<string>
}

const fewestCases = 6

const differenceOf = (before: ExperimentResult, after: ExperimentResult, scorer: string, seed: number): Difference => {
  const earlier = valuesByCase(before.cases, scorer)
  const byCase = Object.fromEntries(
    Array.from(valuesByCase(after.cases, scorer)).flatMap(([caseId, value]) => {
      const other = earlier.get(caseId)
      return other === undefined ? [] : [[caseId, value - other] as const]
    })
  )
  const found = estimate(Object.values(byCase), seed) ?? null
  return {
    estimate: found,
    verdict: found === null || found.count < fewestCases
      ? "unclear"
      : found.low > 0
      ? "better"
      : found.high < 0
      ? "worse"
      : "unclear",
    byCase
  }
}

/**
 * Compares two experiments over the same cases, with a paired bootstrap for each score. The result is the same for the same seed.
 *
 * @example
 * const { scores } = Experiment.compare(lastWeek, today)
 * scores.exact?.verdict // "better", "worse" or "unclear"
 */
export const compare = (
  before: ExperimentResult,
  after: ExperimentResult,
  { seed = 1 }: { readonly seed?: number } = {}
): Comparison => {
  const [earlier, later] = [before, after].map(({ cases }) => new Set(cases.map(({ caseId }) => caseId)))
  return {
    before: before.name,
    after: after.name,
    scores: Object.fromEntries(
      Object.keys(after.scores)
        .filter((scorer) => Object.hasOwn(before.scores, scorer))
        .map((scorer) => [scorer, differenceOf(before, after, scorer, seed)])
    ),
    failed: after.failed - before.failed,
    costUsd: before.costUsd === null || after.costUsd === null ? null : after.costUsd - before.costUsd,
    unpaired: [
      ...[...earlier!].filter((caseId) => !later!.has(caseId)),
      ...[...later!].filter((caseId) => !earlier!.has(caseId))
    ]
  }
}
