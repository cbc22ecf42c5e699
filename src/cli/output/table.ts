/**
 * Tables for people: text to the left, numbers to the right, cut to the width.
 */
import { fitting } from "../../records/columns.js"

/** A column: its heading, and whether it holds numbers. */
export interface Column {
  readonly heading: string
  readonly right?: boolean
}

/** Lines of a table without their newlines. The first column is the one that is cut where the width does not do. */
export const tableLines = (
  columns: ReadonlyArray<Column>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  width: number
): ReadonlyArray<string> => {
  const all = [columns.map(({ heading }) => heading), ...rows]
  const widths = columns.map((_, at) => Math.max(...all.map((row) => (row[at] ?? "").length)))
  const rest = widths.slice(1).reduce((sum, each) => sum + each + 2, 0)
  const first = Math.max(8, Math.min(widths[0]!, width - rest))
  const cell = (text: string, at: number): string =>
    at === 0
      ? fitting(text, first).padEnd(first)
      : columns[at]!.right === true
      ? text.padStart(widths[at]!)
      : text.padEnd(widths[at]!)
  return all.map((row) => row.map(cell).join("  ").trimEnd())
}
