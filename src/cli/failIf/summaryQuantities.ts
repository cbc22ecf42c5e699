/**
 * The quantities of a summary that `--fail-if` can compare. A name in parentheses is a row of the table, grouped by `--by`.
 */
import type { DurationStats } from "../../readers/summary/Durations.js"
import type { Dimension, ScoreRow, Summary, SummaryRow } from "../../readers/TraceSummary.js"
import type { Quantities, Quantity } from "./failIf.js"

/** A message names at most this many scores. */
const mostNamed = 5

/** Says that a score does not exist, and lists those that do. */
export const lackingScore = (name: string, scores: ReadonlyArray<Pick<ScoreRow, "name" | "other">>): string => {
  const names = scores.filter(({ other }) => !other).slice(0, mostNamed).map((row) => row.name)
  const more = scores.length > names.length ? ", …" : ""
  return `there is no score ${JSON.stringify(name)}; ${
    names.length === 0 ? "the input has no scores" : `the input has ${names.join(", ")}${more}`
  }`
}

const prefix = "score "

const whole = (value: (summary: Summary) => number): Quantity<Summary> => ({ of: "whole", value })

export const summaryQuantities = (dimension: Dimension): Quantities<Summary> => {
  const rowOf = (summary: Summary, label: string | undefined): SummaryRow | undefined =>
    summary.by[dimension].find((row) => row.label === label && !row.other)

  const either = (
    all: (summary: Summary) => number | null,
    one: (row: SummaryRow) => number | null,
    none?: number
  ): Quantity<Summary> => ({
    of: "either",
    value: (summary, label) => {
      const row = label === undefined ? undefined : rowOf(summary, label)
      return (label === undefined ? all(summary) : row === undefined ? none : one(row)) ?? undefined
    }
  })

  const duration = (pick: (stats: DurationStats) => number): Quantity<Summary> => ({
    of: "named",
    value: (summary, label) => {
      const stats = rowOf(summary, label)?.durationMs
      return stats === null || stats === undefined ? undefined : pick(stats)
    }
  })

  const score = (pick: (row: ScoreRow) => number | null): Quantity<Summary> => ({
    of: "named",
    value: ({ scores }, label = "") => {
      if (!label.startsWith(prefix)) {
        return { lacking: `${JSON.stringify(label)} is not a score; write "${prefix}${label}"` }
      }
      const wanted = label.slice(prefix.length)
      const row = scores.find(({ name, other }) => !other && name === wanted)
      return row === undefined
        ? { lacking: lackingScore(wanted, scores) }
        : pick(row) ?? { lacking: `the score ${JSON.stringify(wanted)} has labels, but no values` }
    }
  })

  return {
    mean: score(({ mean }) => mean),
    min: score(({ min }) => min),
    max: score(({ max }) => max),
    count: score(({ count }) => count),
    spans: either((summary) => summary.spans, (row) => row.count, 0),
    errors: either((summary) => summary.failures, (row) => row.failures, 0),
    interrupted: either((summary) => summary.interrupted, (row) => row.interrupted, 0),
    tokens_in: either(({ usage }) => usage.tokensIn, ({ usage }) => usage.tokensIn, 0),
    tokens_out: either(({ usage }) => usage.tokensOut, ({ usage }) => usage.tokensOut, 0),
    cost_usd: either(({ usage }) => usage.costUsd, ({ usage }) => usage.costUsd),
    p50_ms: duration(({ p50 }) => p50),
    p95_ms: duration(({ p95 }) => p95),
    p99_ms: duration(({ p99 }) => p99),
    max_ms: duration(({ max }) => max),
    traces: whole((summary) => summary.traces),
    open: whole((summary) => summary.opened),
    dropped: whole((summary) => summary.dropped),
    bad_lines: whole((summary) => summary.bad)
  }
}
