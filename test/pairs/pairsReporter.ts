/**
 * Prints the table of pairs when a run has ended: a row for each of our sinks above or below each neighbour, a column for each scenario.
 */
import type { Reporter, TestCase, TestModule } from "vitest/node"

const line = (row: string, cells: ReadonlyArray<string>): string => `  ${row.padEnd(46)}${cells.join("  ")}\n`

/** A Vitest reporter. Prints nothing if no pair was run, and only the totals for the quick tests, unless something is wrong. */
export default class PairsReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    const tests = modules.flatMap((module): ReadonlyArray<TestCase> => [...module.children.allTests()])
    const rows = tests.flatMap((test) => test.meta().pairs ?? [])
    if (rows.length === 0) {
      return
    }
    const all = rows.flatMap(({ cells }) => Object.values(cells))
    const right = all.filter((isRight) => isRight).length
    const isWhole = modules.some(({ project }) => project.name === "thorough")
    const columns = right === all.length && !isWhole
      ? []
      : [...new Set(rows.flatMap(({ cells }) => Object.keys(cells)))]
    const shown = rows.map(({ cells, row }) =>
      line(
        row,
        columns.map((column) => (cells[column] === undefined ? "" : cells[column] ? "yes" : "NO").padEnd(column.length))
      )
    )
    const table = columns.length === 0 ? "" : `${line("", columns)}${shown.join("")}`
    process.stdout.write(`\n${table} Neighbours: ${right} of ${all.length} pairs right\n`)
  }
}
