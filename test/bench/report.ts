/**
 * The results of a benchmark run, as a table for the terminal and as a page of the docs.
 */
import { cpus } from "node:os"
import { type Goal, isReached, reached, type Results } from "./goals.js"

const rounded = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)

const boundOf = ({ bound, goal, unit }: Goal): string =>
  `${bound === "most" ? "≤" : "≥"} ${goal}${unit === undefined ? "" : ` ${unit}`}`

const verdict = (goal: Goal, results: Results): readonly [value: string, verdict: string] => {
  const value = reached(goal, results)
  return value === undefined ? ["", "not measured"] : [rounded(value), isReached(goal, value) ? "reached" : "MISSED"]
}

/** The measured goals, for a terminal. */
export const table = (goals: ReadonlyArray<Goal>, results: Results): string => {
  const rows = goals.filter((goal) => reached(goal, results) !== undefined).map((goal) => {
    const [value, said] = verdict(goal, results)
    return [goal.what, goal.against, boundOf(goal), value, said]
  })
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)))
  const line = (row: ReadonlyArray<string>) =>
    row.map((cell, column) =>
      column < 2 ? cell.padEnd(widths[column]!) : column < 4 ? cell.padStart(widths[column]!) : cell
    ).join("  ")
  return `${rows.map(line).join("\n")}\n`
}

/** The machine that measures. */
export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown processor"}, Node ${process.version}`

/** The page of the docs. */
export const page = (
  goals: ReadonlyArray<Goal>,
  results: Results,
  found: ReadonlyMap<string, ReadonlyArray<number>>,
  rounds: number
): string => {
  const goalRows = goals.map((goal) => {
    const [value, said] = verdict(goal, results)
    return `| ${goal.what} | ${goal.against} | ${boundOf(goal)} | ${value} | ${said} |`
  })
  const caseRows = [...found].sort(([a], [b]) => a.localeCompare(b)).map(([name, values]) =>
    `| ${name} | ${rounded(results.get(name)!)} | ${rounded(Math.min(...values))}–${rounded(Math.max(...values))} |`
  )
  return `# Benchmarks

Written by \`npm run bench\`; do not edit. ${new Date().toISOString().slice(0, 10)}, ${machine()}, ${rounds} rounds.

Each case runs in its own process, in random order; times are CPU time of the main thread if the system reports it. Absolute times vary between machines and runs, so the goals are ratios of two cases of one run. The sources are in \`test/bench/\`, one file per question.

| what | against | goal | reached | |
|---|---|---:|---:|---|
${goalRows.join("\n")}

## All cases

Nanoseconds per operation; records per second for \`file\`, milliseconds for \`file.stall\` and \`start\`, bytes for \`bytes\`, MB per second for \`stats\`, nanoseconds per character for \`redaction\`. Median and range of the rounds.

| case | median | spread |
|---|---:|---|
${caseRows.join("\n")}
`
}
