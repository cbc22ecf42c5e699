/**
 * Prints the table of scenarios when a run has ended: vendor, case, tokens, cost, finish reason, and whether every way of calling was right.
 */
import type { Reporter, TestCase, TestModule } from "vitest/node"
import type { ScenarioLine } from "./row.js"
import type { ExpectedCall } from "./scenario.js"

type Cells = ReadonlyArray<string>

const head: Cells = ["vendor", "case", "in", "cached", "written", "out", "reasoning", "cost", "finish reason", "right"]

/** The sum over the calls; `-` if no call has it. */
const total = (calls: ScenarioLine["calls"], field: "in" | "cached" | "written" | "out" | "reasoning"): string => {
  const counts = calls.flatMap((call) => call[field] ?? [])
  return counts.length === 0 ? "-" : counts.reduce((sum, count) => sum + count).toLocaleString("en")
}

const cost = (calls: ScenarioLine["calls"]): string => {
  const amounts = calls.flatMap(({ usd }) => usd ?? [])
  return amounts.length === 0 ? "-" : String(Number(amounts.reduce((sum, usd) => sum + usd).toPrecision(12)))
}

const finishOf = (call: ExpectedCall | undefined): string => call?.finish ?? (call?.failed === true ? "failed" : "-")

const cellsOf = (test: TestCase): ReadonlyArray<Cells> => {
  const { scenario } = test.meta()
  if (scenario === undefined) {
    return []
  }
  const { calls, name, vendor } = scenario
  return [[
    vendor,
    name,
    ...(["in", "cached", "written", "out", "reasoning"] as const).map((field) => total(calls, field)),
    cost(calls),
    finishOf(calls.at(-1)),
    test.result().state === "passed" ? "yes" : "NO"
  ]]
}

const isNumber = (column: number): boolean => column >= 2 && column <= 7

const line = (cells: Cells, widths: ReadonlyArray<number>): string =>
  `  ${
    cells.map((cell, column) => isNumber(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))
      .join("  ").trimEnd()
  }\n`

/** A Vitest reporter. Prints nothing if no row was run. */
export default class ScenarioReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    const rows = modules.flatMap((module) => [...module.children.allTests()].flatMap(cellsOf))
    if (rows.length === 0) {
      return
    }
    const right = rows.filter((cells) => cells.at(-1) === "yes").length
    process.stdout.write(`\n Vendors: ${right} of ${rows.length} scenarios right\n`)
    // A run of only the quick tests has just a few rows.
    if (right === rows.length && !modules.some(({ project }) => project.name === "thorough")) {
      return
    }
    const widths = head.map((_, column) => Math.max(...[head, ...rows].map((cells) => cells[column]!.length)))
    process.stdout.write([head, ...rows].map((cells) => line(cells, widths)).join(""))
  }
}
