/**
 * `cost`: what each model, user or agent spent.
 */
import * as Effect from "effect/Effect"
import type { Dimension, Summary, SummaryRow } from "../../readers/TraceSummary.js"
import { command } from "../command.js"
import { failIfOption, withFailIf } from "../failIf/failIf.js"
import { summaryQuantities } from "../failIf/summaryQuantities.js"
import { summaryOf } from "../input/summary.js"
import { choice } from "../options.js"
import { jsonLine, usageDocument } from "../output/document.js"
import { count, dollars } from "../output/numbers.js"
import type { OutputService } from "../output/Output.js"
import { type Column, labelOf, tableLines } from "../output/table.js"

const dimensions = ["user", "model", "session", "agent", "tool"] as const satisfies ReadonlyArray<Dimension>

const columns = (dimension: Dimension): ReadonlyArray<Column> => [
  { heading: dimension },
  { heading: "tokens in", right: true, weight: 1 },
  { heading: "cached", right: true },
  { heading: "tokens out", right: true, weight: 1 },
  { heading: "cost", right: true, weight: 2 },
  { heading: "share", right: true }
]

const shareOf = (part: number | null, whole: number | null): string =>
  part === null || whole === null || whole === 0 ? "–" : `${((part / whole) * 100).toFixed(1)}%`

const cells = (label: string, { usage }: Pick<SummaryRow, "usage">, whole: number | null): ReadonlyArray<string> => [
  label,
  count(usage.tokensIn),
  count(usage.cachedTokensIn),
  count(usage.tokensOut),
  dollars(usage.costUsd),
  shareOf(usage.costUsd, whole)
]

/** The rows with tokens or cost, including the one for usage that belongs to no label. */
const spenders = (summary: Summary, dimension: Dimension): ReadonlyArray<SummaryRow> =>
  summary.by[dimension].filter(({ usage }) => usage.costUsd !== null || usage.tokensIn > 0 || usage.tokensOut > 0)

const text = (summary: Summary, dimension: Dimension, { width }: OutputService): string => {
  const whole = summary.usage.costUsd
  const rows = spenders(summary, dimension).map((row) => cells(labelOf(row), row, whole))
  return `${tableLines(columns(dimension), [...rows, cells("all", summary, whole)], width).join("\n")}\n`
}

const document = (summary: Summary, dimension: Dimension) => ({
  by: dimension,
  usage: usageDocument(summary.usage),
  rows: spenders(summary, dimension).map(({ label, other, usage }) => ({ label, other, usage: usageDocument(usage) }))
})

export const cost = command({
  name: "cost",
  summary: "Show what each model, user or agent spent",
  details:
    "Counts each token and each dollar once. (none) is usage that belongs to no row. --fail-if takes the same quantities " +
    "as stats: cost_usd is the total, cost_usd(alice) is one row.",
  options: {
    ...failIfOption,
    by: { type: choice(...dimensions), default: "model", description: "What to group by" }
  },
  examples: [
    "cost traces.jsonl",
    "cost --by user traces.jsonl",
    "cost --by agent --fail-if \"cost_usd > 0.5\" traces.jsonl"
  ],
  run: (given) =>
    withFailIf(
      given,
      summaryQuantities(given.by),
      (output) =>
        Effect.tap(summaryOf(given.files), (summary) =>
          output.write(given.json ? jsonLine(document(summary, given.by)) : text(summary, given.by, output)))
    )
})
