/**
 * Tables of any width: never too wide, with labels that stay distinct and a note about hidden columns.
 */
import { describe, expect, it } from "@effect/vitest"
import { type Column, tableLines } from "../../src/cli/output/table.js"
import { columns as columnsOf } from "../../src/records/terminal/columns.js"

const columns: ReadonlyArray<Column> = [
  { heading: "name" },
  { heading: "count", right: true, weight: 2 },
  { heading: "p95", right: true, weight: 1 },
  { heading: "p99", right: true },
  { heading: "cost", right: true, weight: 3 }
]
const row = (label: string, cost = "$1.00") => [label, "1,000", "3.9ms", "12.5ms", cost]
const rows = ["loom.model.stream", "loom.workflow", "loom.workflow.step", "loom.tool"].map((label) => row(label))

const labels = (lines: ReadonlyArray<string>, many: number) =>
  lines.slice(1, many + 1).map((line) => line.split(/ {2,}/)[0])

describe("a table", () => {
  it("shows every column if the width allows", () => {
    const lines = tableLines(columns, rows, 47)
    expect(lines).toEqual(tableLines(columns, rows, Infinity))
    expect(lines[0]).toBe("name                count    p95     p99   cost")
    expect(lines).toHaveLength(5)
  })

  it.each(Array.from({ length: 60 }, (_, at) => 60 - at))("is never wider than %i", (width) => {
    const wide = tableLines(columns, [...rows, row("用户名称很长的一个标签用户名称")], width)
    // Words of the note are not broken.
    const most = Math.max(width, "--width=60".length)
    expect(wide.filter((line) => columnsOf(line) > most)).toEqual([])
  })

  it.each(Array.from({ length: 41 }, (_, at) => 60 - at))(
    "keeps names with a common prefix distinct in %i columns",
    (width) => {
      expect(new Set(labels(tableLines(columns, rows, width), 4)).size).toBe(4)
    }
  )

  it("hides the columns of the lowest weight, and names them and the width they need", () => {
    expect(tableLines(columns, rows, 40)).toEqual([
      "name                count    p95   cost",
      "loom.model.stream   1,000  3.9ms  $1.00",
      "loom.workflow       1,000  3.9ms  $1.00",
      "loom.workflow.step  1,000  3.9ms  $1.00",
      "loom.tool           1,000  3.9ms  $1.00",
      "… p99 hidden; --width=47 shows all"
    ])
    expect(tableLines(columns, rows, 25)).toEqual([
      "name                 cost",
      "loom.model.stream   $1.00",
      "loom.workflow       $1.00",
      "loom.workflow.step  $1.00",
      "loom.tool           $1.00",
      "… count, p95, p99 hidden;",
      "--width=47 shows all"
    ])
  })

  it("hides a column without values before any other", () => {
    const [heading] = tableLines(columns, ["a".repeat(18), "b"].map((label) => row(label, "–")), 36)
    expect(heading).toBe("name            count    p95     p99")
  })

  it("shortens labels in the middle", () => {
    expect(labels(tableLines(columns, rows, 33), 4)).toEqual([
      "loom.m…tream",
      "loom.w…kflow",
      "loom.w….step",
      "loom.tool"
    ])
  })

  it("hides columns to keep labels that differ only in the middle distinct, except the last", () => {
    const alike = ["session-0001-of-monday", "session-0002-of-monday"].map((label) => row(label))
    expect(tableLines(columns, alike, 37)[0]).toBe("name                    count   cost")
    const hopeless = ["x".repeat(40) + "1" + "x".repeat(40), "x".repeat(40) + "2" + "x".repeat(40)].map((label) =>
      row(label)
    )
    expect(tableLines(columns, hopeless, 45)[0]).toContain("p99   cost")
  })
})
