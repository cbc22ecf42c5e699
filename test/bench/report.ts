/**
 * Formats the results of a benchmark run as a table for the terminal and as a page of the docs.
 */
import { cpus } from "node:os"
import { type Goal, isReached, reached, type Results } from "./goals.js"

const rounded = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)

const boundOf = ({ bound, goal, unit }: Goal): string =>
  `${bound === "most" ? "≤" : "≥"} ${goal}${unit === undefined ? "" : ` ${unit}`}`

/** Aligns the columns of a table: the first `texts` columns to the left, others to the right. */
export const aligned = (rows: ReadonlyArray<ReadonlyArray<string>>, texts: number): string => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]!.length))) ?? []
  const cell = (text: string, column: number) =>
    column < texts ? text.padEnd(widths[column]!) : text.padStart(widths[column]!)
  return rows.map((row) => row.map(cell).join("  ").trimEnd()).join("\n")
}

/** The measured goals, for a terminal. */
export const table = (goals: ReadonlyArray<Goal>, results: Results): string => {
  const rows = goals.flatMap((goal) => {
    const value = reached(goal, results)
    return value === undefined
      ? []
      : [[goal.what, goal.against, boundOf(goal), rounded(value), isReached(goal, value) ? "reached" : "MISSED"]]
  })
  return `${aligned(rows, 2)}\n`
}

/** The processor and Node version. */
export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown processor"}, Node ${process.version}`

const resultOf = (goal: Goal, results: Results): string => {
  const value = reached(goal, results)
  return value === undefined
    ? "not measured"
    : isReached(goal, value)
    ? rounded(value)
    : `**${rounded(value)} missed**`
}

/** The page of the docs. */
export const page = (
  goals: ReadonlyArray<Goal>,
  results: Results,
  found: ReadonlyMap<string, ReadonlyArray<number>>,
  rounds: number
): string => {
  const goalRows = goals.map((goal) =>
    `| ${goal.what} | ${goal.against} | ${boundOf(goal)} | ${resultOf(goal, results)} |`
  )
  const caseRows = [...found].sort(([a], [b]) => a.localeCompare(b)).map(([name, values]) => [
    name,
    rounded(results.get(name)!),
    `${rounded(Math.min(...values))}–${rounded(Math.max(...values))}`
  ])
  return `# Benchmarks

Written by \`npm run bench\`; do not edit. ${new Date().toISOString().slice(0, 10)}, ${machine()}, ${rounds} rounds.

Goals are ratios of two cases of one run, because absolute times vary between machines. "Effect's span" records nothing and has no stack; OpenTelemetry has the batch processor and an exporter that does nothing.

| what | relative to | goal | result |
|---|---|---:|---:|
${goalRows.join("\n")}

## All cases

Median and range, in nanoseconds of CPU time per operation. Others: \`file\` records per second, \`agent.picture\`, \`file.stall\` and \`start\` milliseconds, \`bytes\` bytes, \`stats\` MB per second, \`redaction\` nanoseconds per character.

\`\`\`text
${aligned(caseRows, 1)}
\`\`\`
`
}
