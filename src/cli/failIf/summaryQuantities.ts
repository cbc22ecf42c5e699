/**
 * The quantities of a summary that `--fail-if` can compare. A name in brackets is a label of the table: of a span, unless `--by` says otherwise.
 */
import type { DurationStats } from "../../readers/summary/Durations.js"
import type { Dimension, Summary, SummaryRow } from "../../readers/TraceSummary.js"
import type { Quantities, Quantity } from "./failIf.js"

const whole = (value: (summary: Summary) => number): Quantity<Summary> => ({ of: "whole", value })

/** The quantities of a summary; names in brackets are rows of this dimension. */
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

  return {
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
