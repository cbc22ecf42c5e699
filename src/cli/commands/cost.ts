/**
 * `cost`: who and what spent how much.
 */
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import type { Dimension, Summary, SummaryRow } from "../../readers/TraceSummary.js"
import { described, rowsBy } from "../command.js"
import { judged, judgedOptions } from "../failIf/judged.js"
import { summaryQuantities } from "../failIf/summaryQuantities.js"
import { summaryOf } from "../input/summary.js"
import { jsonLine, usageDocument } from "../output/document.js"
import { count, dollars } from "../output/numbers.js"
import { Output } from "../output/Output.js"
import { type Column, labelOf, tableLines } from "../output/table.js"

const dimensions = ["user", "model", "session", "agent", "tool"] as const satisfies ReadonlyArray<Dimension>

const by = rowsBy(dimensions, "model")

const columns = (dimension: Dimension): ReadonlyArray<Column> => [
  { heading: dimension },
  { heading: "tokens in", right: true, weight: 1 },
  { heading: "cached", right: true },
  { heading: "tokens out", right: true, weight: 1 },
  { heading: "cost", right: true, weight: 2 },
  { heading: "share", right: true }
]

const shareOf = (part: number | null, whole: number | null): string =>
  part === null || whole === null || whole === 0 ? "–" : `${((part / whole) * 100).toFixed(1)} %`

const cells = (label: string, { usage }: Pick<SummaryRow, "usage">, whole: number | null): ReadonlyArray<string> => [
  label,
  count(usage.tokensIn),
  count(usage.cachedTokensIn),
  count(usage.tokensOut),
  dollars(usage.costUsd),
  shareOf(usage.costUsd, whole)
]

/** Rows that used something; usage that could not be attributed is one of them. */
const spenders = (summary: Summary, dimension: Dimension): ReadonlyArray<SummaryRow> =>
  summary.by[dimension].filter(({ usage }) => usage.costUsd !== null || usage.tokensIn > 0 || usage.tokensOut > 0)

const print = (summary: Summary, dimension: Dimension): Effect.Effect<void, never, Output> =>
  Effect.flatMap(Output, (output) => {
    const whole = summary.usage.costUsd
    const rows = spenders(summary, dimension).map((row) => cells(labelOf(row), row, whole))
    const lines = tableLines(columns(dimension), [...rows, cells("all", summary, whole)], output.width)
    return output.write(`${lines.join("\n")}\n`)
  })

const document = (summary: Summary, dimension: Dimension) => ({
  by: dimension,
  usage: usageDocument(summary.usage),
  rows: spenders(summary, dimension).map(({ label, other, usage }) => ({ label, other, usage: usageDocument(usage) }))
})

/** The command. */
export const cost = Command.make(
  "cost",
  { ...judgedOptions, by },
  (given) =>
    judged(
      given,
      summaryQuantities(given.by),
      (output) =>
        Effect.tap(
          summaryOf(given.files),
          (summary) => given.json ? output.write(jsonLine(document(summary, given.by))) : print(summary, given.by)
        )
    )
).pipe(Command.withDescription(described(
  "Who and what spent how much",
  "Each token and each dollar is counted once. (none) is what could not be attributed. --fail-if knows the same " +
    "as in stats: cost_usd is the whole, cost_usd(alice) a row.",
  ["cost traces.jsonl", "cost --by user traces.jsonl", "cost --by agent --fail-if \"cost_usd > 0.5\" traces.jsonl"]
)))
