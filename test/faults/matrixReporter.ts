/**
 * Prints the fault matrix at the end of a run: every row, whether it passed, and its notes.
 */
import type { Reporter, TestCase, TestModule } from "vitest/node"
import type { FaultArea } from "./row.js"

interface Row {
  readonly area: FaultArea
  readonly row: string
  readonly result: string
  readonly note: string
}

const results: { readonly [state: string]: string } = { passed: "holds", failed: "BROKEN", skipped: "skipped" }

const rowOf = (test: TestCase): ReadonlyArray<Row> => {
  const { fault, faultNote } = test.meta()
  return fault === undefined
    ? []
    : [{ ...fault, result: results[test.result().state] ?? "not run", note: faultNote ?? "" }]
}

const line = ({ area, note, result, row }: Row, width: number): string =>
  `  ${area.padEnd(8)}${row.padEnd(width)}  ${result}${note === "" ? "" : `: ${note}`}`

/** Vitest reporter. Prints nothing if no row was run. */
export default class MatrixReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    const rows = modules.flatMap((module) => [...module.children.allTests()].flatMap(rowOf))
    if (rows.length === 0) {
      return
    }
    const held = rows.filter(({ result }) => result === "holds").length
    const head = `\n Fault matrix: ${held} of ${rows.length} rows hold\n`
    // The quick tests have only a few rows; the table is for a run of all faults.
    if (held === rows.length && !modules.some(({ project }) => project.name === "thorough")) {
      process.stdout.write(head)
      return
    }
    const width = Math.max(...rows.map(({ row }) => row.length))
    const sorted = [...rows].sort((a, b) => a.area.localeCompare(b.area) || a.row.localeCompare(b.row))
    process.stdout.write(head + sorted.map((row) => `${line(row, width)}\n`).join(""))
  }
}
