/**
 * `stats`: what a file comes to.
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import { type Dimension, dimensions, type Summary, type SummaryRow } from "../../readers/TraceSummary.js"
import { amount, described, rowsBy } from "../command.js"
import { judged, judgedOptions } from "../failIf/judged.js"
import { summaryQuantities } from "../failIf/summaryQuantities.js"
import { summaryOf } from "../input/summary.js"
import { jsonLine, summaryDocument } from "../output/document.js"
import { count, dollars, duration, plural, tokens } from "../output/numbers.js"
import { Output } from "../output/Output.js"
import { type Column, labelOf, tableLines, wrapped } from "../output/table.js"

const by = rowsBy(dimensions, "name")

const limit = amount("limit").pipe(
  Options.withDefault(20),
  Options.withDescription("Rows at most; 0 is all of them, default 20")
)

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

const print = (summary: Summary, dimension: Dimension, most: number): Effect.Effect<void, never, Output> =>
  Effect.flatMap(Output, (output) => {
    const rows = summary.by[dimension]
    const shown = most > 0 ? rows.slice(0, most) : rows
    const rest = rows.length - shown.length
    const lines = [
      ...heading(summary).flatMap((line) => wrapped(line, output.width)),
      ...(rows.length === 0 ? [] : ["", ...tableLines(columns(dimension), shown.map(row), output.width)]),
      ...(rest > 0 ? [`… ${plural(rest, "more row")}: --limit 0 shows all`] : [])
    ]
    return output.write(`${lines.join("\n")}\n`)
  })

/** The command. */
export const stats = Command.make(
  "stats",
  { ...judgedOptions, by, limit },
  (given) =>
    judged(
      given,
      summaryQuantities(given.by),
      (output) =>
        Effect.tap(summaryOf(given.files), (summary) =>
          given.json ? output.write(jsonLine(summaryDocument(summary))) : print(summary, given.by, given.limit))
    )
).pipe(Command.withDescription(described(
  "Counts, failures, percentiles of durations, tokens and cost",
  "One pass and constant memory, whatever the size of the file. A percentile with ~ is within one per cent of the " +
    "exact one. --fail-if knows spans, errors, interrupted, tokens_in, tokens_out, cost_usd, each also of one row, " +
    "as in errors(loom.tool); p50_ms, p95_ms, p99_ms, max_ms of one row; traces, open, dropped, bad_lines.",
  [
    "stats traces.jsonl",
    "stats --by model traces.jsonl",
    "stats --fail-if \"errors > 0\" traces.jsonl",
    "stats --json old.jsonl.gz"
  ]
)))
