/**
 * `stats`: counts, failures, durations, tokens and cost.
 */
import * as Effect from "effect/Effect"
import { type Dimension, dimensions, type ScoreRow, type Summary, type SummaryRow } from "../../readers/TraceSummary.js"
import { escapeField } from "../../records/terminal/escape.js"
import { command } from "../command.js"
import { failIfOption, withFailIf } from "../failIf/failIf.js"
import { summaryQuantities } from "../failIf/summaryQuantities.js"
import { summaryOf } from "../input/summary.js"
import { choice, wholeNumber } from "../options.js"
import { jsonLine, summaryDocument } from "../output/document.js"
import { count, dollars, duration, plural, tokens } from "../output/numbers.js"
import type { OutputService } from "../output/Output.js"
import { type Column, labelOf, tableLines, wrapped } from "../output/table.js"

const columns = (dimension: Dimension): ReadonlyArray<Column> => [
  { heading: dimension },
  { heading: "count", right: true, weight: 2 },
  { heading: "failed", right: true, weight: 2 },
  { heading: "p50", right: true },
  { heading: "p95", right: true, weight: 2 },
  { heading: "p99", right: true },
  { heading: "tokens", right: true },
  { heading: "cost", right: true, weight: 1 }
]

const row = (summary: SummaryRow): ReadonlyArray<string> => {
  const { durationMs } = summary
  return [
    labelOf(summary),
    count(summary.count),
    summary.failures === 0 ? "–" : count(summary.failures),
    ...(durationMs === null
      ? ["–", "–", "–"]
      : [durationMs.p50, durationMs.p95, durationMs.p99].map((value) =>
        `${durationMs.exact ? "" : "~"}${duration(value)}`
      )),
    tokens(summary.usage),
    dollars(summary.usage.costUsd)
  ]
}

const scoreColumns: ReadonlyArray<Column> = [
  { heading: "score" },
  { heading: "count", right: true, weight: 2 },
  { heading: "mean", right: true, weight: 2 },
  { heading: "min", right: true },
  { heading: "max", right: true },
  { heading: "labels", weight: 1 }
]

const number = (value: number | null): string => value === null ? "–" : String(Number(value.toPrecision(4)))

/** Shows at most this many labels of a score. */
const mostLabels = 5

const scoreRow = ({ count: all, labels, max, mean, min, name, other }: ScoreRow): ReadonlyArray<string> => [
  labelOf({ label: name, other }),
  count(all),
  number(mean),
  number(min),
  number(max),
  labels.length === 0 ? "–" : [
    ...labels.slice(0, mostLabels).map(({ count: times, label }) => `${escapeField(label)} ${count(times)}`),
    ...(labels.length > mostLabels ? ["…"] : [])
  ].join(", ")
]

const heading = (summary: Summary): ReadonlyArray<string> => {
  const { bad, dropped, failures, from, interrupted, metrics, opened, spans, to, traces, usage } = summary
  const scored = summary.scores.reduce((sum, row) => sum + row.count, 0)
  const remarks = [
    failures > 0 ? `${count(failures)} failed` : "",
    interrupted > 0 ? `${count(interrupted)} interrupted` : "",
    opened > 0 ? `${count(opened)} still open` : "",
    dropped > 0 ? `${plural(dropped, "record")} dropped by the writer` : "",
    bad > 0 ? `${plural(bad, "bad line")}` : ""
  ].filter((text) => text !== "")
  return [
    `${plural(spans, "span")} in ${plural(traces, "trace")}, ${plural(metrics, "measurement")}${
      scored > 0 ? `, ${plural(scored, "score")}` : ""
    }`,
    ...(from === undefined ? [] : [`from ${from} to ${to}`]),
    ...(remarks.length === 0 ? [] : [remarks.join(", ")]),
    `tokens ${tokens(usage)}, cost ${dollars(usage.costUsd)}`
  ]
}

type Grouping = Dimension | "score"

const rowsOf = (summary: Summary, by: Grouping): ReadonlyArray<ReadonlyArray<string>> =>
  by === "score" ? summary.scores.map(scoreRow) : summary.by[by].map(row)

const text = (summary: Summary, by: Grouping, most: number, { width }: OutputService): string => {
  const rows = rowsOf(summary, by)
  const headings = by === "score" ? scoreColumns : columns(by)
  const shown = most > 0 ? rows.slice(0, most) : rows
  const rest = rows.length - shown.length
  const lines = [
    ...heading(summary).flatMap((line) => wrapped(line, width)),
    ...(rows.length === 0 ? [] : ["", ...tableLines(headings, shown, width)]),
    ...(rest > 0 ? [`… ${plural(rest, "more row")}: --limit 0 shows all`] : [])
  ]
  return `${lines.join("\n")}\n`
}

export const stats = command({
  name: "stats",
  summary: "Show counts, failures, duration percentiles, tokens and cost",
  details:
    "Reads files of any size in one pass and constant memory. Percentiles marked ~ are accurate to 1%. --fail-if takes " +
    "spans, errors, interrupted, tokens_in, tokens_out and cost_usd, in total or for one row, as in errors(loom.tool); " +
    "p50_ms, p95_ms, p99_ms and max_ms for one row; traces, open, dropped and bad_lines; and mean, min, max and count of a " +
    "score, as in mean(score correctness), which fails if there is no such score.",
  options: {
    ...failIfOption,
    by: { type: choice(...dimensions, "score"), default: "name", description: "What to group by" },
    limit: { type: wholeNumber, default: "20", description: "Show at most N rows; 0 shows all" }
  },
  examples: [
    "stats traces.jsonl",
    "stats --by model traces.jsonl",
    "stats --fail-if \"errors > 0\" traces.jsonl",
    "stats --by score traces.jsonl",
    "stats --fail-if \"mean(score correctness) < 0.8\" traces.jsonl",
    "stats --json old.jsonl.gz"
  ],
  run: (given) =>
    withFailIf(
      given,
      summaryQuantities(given.by === "score" ? "name" : given.by),
      (output) =>
        Effect.tap(summaryOf(given.files), (summary) =>
          output.write(
            given.json ? jsonLine(summaryDocument(summary)) : text(summary, given.by, given.limit, output)
          ))
    )
})
