/**
 * `stats`: counts, failures, durations, tokens and cost.
 */
import * as Effect from "effect/Effect"
import { type Dimension, dimensions, type Summary, type SummaryRow } from "../../readers/TraceSummary.js"
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

/** The lines above the table. */
const heading = (summary: Summary): ReadonlyArray<string> => {
  const { bad, dropped, failures, from, interrupted, metrics, opened, spans, to, traces, usage } = summary
  const remarks = [
    failures > 0 ? `${count(failures)} failed` : "",
    interrupted > 0 ? `${count(interrupted)} interrupted` : "",
    opened > 0 ? `${count(opened)} still open` : "",
    dropped > 0 ? `${plural(dropped, "record")} dropped by the writer` : "",
    bad > 0 ? `${plural(bad, "bad line")}` : ""
  ].filter((text) => text !== "")
  return [
    `${plural(spans, "span")} in ${plural(traces, "trace")}, ${plural(metrics, "measurement")}`,
    ...(from === undefined ? [] : [`from ${from} to ${to}`]),
    ...(remarks.length === 0 ? [] : [remarks.join(", ")]),
    `tokens ${tokens(usage)}, cost ${dollars(usage.costUsd)}`
  ]
}

const text = (summary: Summary, dimension: Dimension, most: number, { width }: OutputService): string => {
  const rows = summary.by[dimension]
  const shown = most > 0 ? rows.slice(0, most) : rows
  const rest = rows.length - shown.length
  const lines = [
    ...heading(summary).flatMap((line) => wrapped(line, width)),
    ...(rows.length === 0 ? [] : ["", ...tableLines(columns(dimension), shown.map(row), width)]),
    ...(rest > 0 ? [`… ${plural(rest, "more row")}: --limit 0 shows all`] : [])
  ]
  return `${lines.join("\n")}\n`
}

/** The command. */
export const stats = command({
  name: "stats",
  summary: "Counts, failures, percentiles of durations, tokens and cost",
  details:
    "Reads a file of any size in one pass and constant memory. A percentile marked ~ is within one per cent of the " +
    "exact one. --fail-if takes spans, errors, interrupted, tokens_in, tokens_out, cost_usd, also of one row, as in " +
    "errors(loom.tool); p50_ms, p95_ms, p99_ms, max_ms of one row; traces, open, dropped, bad_lines.",
  options: {
    ...failIfOption,
    by: { type: choice(...dimensions), default: "name", description: "What the rows stand for" },
    limit: { type: wholeNumber, default: "20", description: "No more than N rows; 0 shows all" }
  },
  examples: [
    "stats traces.jsonl",
    "stats --by model traces.jsonl",
    "stats --fail-if \"errors > 0\" traces.jsonl",
    "stats --json old.jsonl.gz"
  ],
  run: (given) =>
    withFailIf(
      given,
      summaryQuantities(given.by),
      (output) =>
        Effect.tap(summaryOf(given.files), (summary) =>
          output.write(
            given.json ? jsonLine(summaryDocument(summary)) : text(summary, given.by, given.limit, output)
          ))
    )
})
