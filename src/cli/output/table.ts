/**
 * Prints tables: text is left-aligned, numbers right-aligned, and no line exceeds the width.
 *
 * In a narrow terminal the least important columns are left out until the labels fit; then labels are shortened in the middle, since names start alike
 * (`loom.workflow`, `loom.workflow.step`) and ids differ at the end. A line below the table names the hidden columns.
 */
import type { SummaryRow } from "../../readers/TraceSummary.js"
import { columns as columnsOf, fitting } from "../../records/terminal/columns.js"
import { escapeText } from "../../records/terminal/escape.js"

export interface Column {
  readonly heading: string
  /** Whether it is right-aligned. */
  readonly right?: boolean
  /** Columns of low weight are hidden first; of equal weight, the rightmost. Default 0. */
  readonly weight?: number
}

/** Labels are not shortened below this width while other columns can be hidden. */
const minLabel = 12

/** The indices of the visible columns, and the width of the labels. */
interface Layout {
  readonly places: ReadonlyArray<number>
  readonly room: number
}

/** The lines of a table, without newlines. The first column holds the labels: it may be shortened, but is never hidden. */
export const tableLines = (
  columns: ReadonlyArray<Column>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  width: number
): ReadonlyArray<string> => {
  const all = [columns.map(({ heading }) => heading), ...rows]
  const widths = columns.map((_, at) => Math.max(...all.map((row) => columnsOf(row[at] ?? ""))))
  const { places, room } = layoutOf(columns, rows, widths, width)
  const cell = (row: ReadonlyArray<string>) => (at: number): string => {
    const text = row[at] ?? ""
    return at === 0
      ? padded(cut(text, room), room, false)
      : padded(text, widths[at]!, columns[at]!.right === true)
  }
  return [
    ...all.map((row) => places.map(cell(row)).join("  ").trimEnd()),
    ...leftOut(columns.filter((_, at) => !places.includes(at)), sum(widths), width)
  ]
}

const sum = (widths: ReadonlyArray<number>): number => widths.reduce((all, each) => all + each + 2, -2)

const padded = (text: string, width: number, right: boolean): string => {
  const blanks = " ".repeat(Math.max(0, width - columnsOf(text)))
  return right ? blanks + text : text + blanks
}

/** The widest layout in which different labels stay different, or else the widest in which labels fit. */
const layoutOf = (
  columns: ReadonlyArray<Column>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  widths: ReadonlyArray<number>,
  width: number
): Layout => {
  const labels = [...new Set(rows.map((row) => row[0] ?? ""))]
  const layouts = layoutsOf(columns, rows, widths, width).filter(({ room }) => room >= Math.min(widths[0]!, minLabel))
  const differ = ({ places, room }: Layout): boolean =>
    places.length > 1 && new Set(labels.map((label) => cut(label, room))).size === labels.length
  return layouts.find(differ) ?? layouts[0] ?? { places: [0], room: Math.min(widths[0]!, width) }
}

const layoutsOf = (
  columns: ReadonlyArray<Column>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  widths: ReadonlyArray<number>,
  width: number
): ReadonlyArray<Layout> => {
  // A column without values is hidden first.
  const weightOf = (at: number): number => rows.every((row) => row[at] === "–") ? -1 : columns[at]!.weight ?? 0
  const leaving = columns.map((_, at) => at).slice(1).sort((a, b) => weightOf(a) - weightOf(b) || b - a)
  return [...leaving.keys(), leaving.length].map((many) => {
    const gone = leaving.slice(0, many)
    const places = columns.map((_, at) => at).filter((at) => !gone.includes(at))
    const others = places.slice(1).reduce((all, at) => all + widths[at]! + 2, 0)
    return { places, room: Math.min(widths[0]!, width - others) }
  })
}

const cut = (text: string, room: number): string => {
  if (columnsOf(text) <= room) {
    return text
  }
  const head = fitting(text, Math.ceil((room - 1) / 2))
  return `${head}…${reversed(fitting(reversed(text), room - 1 - columnsOf(head)))}`
}

const reversed = (text: string): string => [...text].reverse().join("")

const leftOut = (columns: ReadonlyArray<Column>, whole: number, width: number): ReadonlyArray<string> =>
  columns.length === 0
    ? []
    : wrapped(`… ${columns.map(({ heading }) => heading).join(", ")} hidden; --width=${whole} shows all`, width)

/** The label of a row, safe to print. */
export const labelOf = ({ label, other }: Pick<SummaryRow, "label" | "other">): string =>
  other ? "(all others)" : label === null ? "(none)" : label === "" ? "\"\"" : escapeText(label)

/** Wraps a text at spaces. A word longer than the width gets a line of its own. */
export const wrapped = (text: string, width: number): ReadonlyArray<string> => {
  const lines = [""]
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(word)
    } else {
      lines[lines.length - 1] = line === "" ? word : `${line} ${word}`
    }
  }
  return lines
}
