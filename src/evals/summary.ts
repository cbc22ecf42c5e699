/**
 * The result of an experiment, over all of its cases.
 */
import type { CaseResult } from "./CaseResult.js"
import { type Estimate, estimate } from "./statistics.js"

/** The scores with one name. */
export interface ScoreSummary {
  /** The mean over all cases, where the repetitions of a case are averaged first; `null` if there are no values. */
  readonly estimate: Estimate | null
  /** How often each label was given. */
  readonly labels: { readonly [label: string]: number }
}

/** The result of an experiment. */
export interface ExperimentResult<out Output = unknown> {
  /** The experiment's name. */
  readonly name: string
  /** The results in the order of the dataset, with the repetitions of a case one after another. */
  readonly cases: ReadonlyArray<CaseResult<Output>>
  /** Scores by scorer. Failed cases have no scores, so check `failed` too. */
  readonly scores: { readonly [scorer: string]: ScoreSummary }
  /** Cases that failed; each repetition counts. */
  readonly failed: number
  /** All input tokens of the tasks. */
  readonly tokensIn: number
  /** All output tokens of the tasks. */
  readonly tokensOut: number
  /** US dollars, excluding the cost of the scorers; `null` if no price is known. */
  readonly costUsd: number | null
}

/** The mean of each case's values of this score, by case. */
export const valuesByCase = (cases: ReadonlyArray<CaseResult>, name: string): ReadonlyMap<string, number> => {
  const sums = new Map<string, { sum: number; count: number }>()
  for (const { caseId, scores } of cases) {
    for (const score of scores) {
      if (score.name === name && score.value !== null) {
        const known = sums.get(caseId) ?? { sum: 0, count: 0 }
        sums.set(caseId, { sum: known.sum + score.value, count: known.count + 1 })
      }
    }
  }
  return new Map(Array.from(sums, ([caseId, { count, sum }]) => [caseId, sum / count]))
}

const labelsOf = (cases: ReadonlyArray<CaseResult>, name: string): ScoreSummary["labels"] => {
  const counts = new Map<string, number>()
  for (const { label } of cases.flatMap(({ scores }) => scores.filter((score) => score.name === name))) {
    if (label !== null) {
      counts.set(label, (counts.get(label) ?? 0) + 1)
    }
  }
  return Object.fromEntries(counts)
}

/** Summarizes these cases. */
export const resultOf = <Output>(
  { cases, name, scorers, seed }: {
    readonly name: string
    readonly cases: ReadonlyArray<CaseResult<Output>>
    readonly scorers: ReadonlyArray<string>
    readonly seed: number
  }
): ExperimentResult<Output> => ({
  name,
  cases,
  scores: Object.fromEntries(scorers.map((scorer) => [scorer, {
    estimate: estimate([...valuesByCase(cases, scorer).values()], seed) ?? null,
    labels: labelsOf(cases, scorer)
  }])),
  failed: cases.filter(({ outcome }) => outcome === "failure").length,
  tokensIn: cases.reduce((sum, { tokensIn }) => sum + tokensIn, 0),
  tokensOut: cases.reduce((sum, { tokensOut }) => sum + tokensOut, 0),
  costUsd: cases.reduce<number | null>(
    (sum, { costUsd }) => costUsd === null ? sum : (sum ?? 0) + costUsd,
    null
  )
})
