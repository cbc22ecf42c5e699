/**
 * Tables for people: text to the left, numbers to the right, never wider than the width.
 *
 * In a narrow terminal the least important columns are left out until the labels have room; then labels are cut in their middle, since names begin alike
 * (`loom.workflow`, `loom.workflow.step`) and ids end differently. A line below names what was left out.
 */
import type { SummaryRow } from "../../readers/TraceSummary.js"
import { columns as columnsOf, fitting } from "../../records/terminal/columns.js"
import { escapeText } from "../../records/terminal/escape.js"

/** A column: its heading, and whether it holds numbers. */
export interface Column {
  readonly heading: string
  readonly right?: boolean
  /** Columns of low weight are left out first, of equal weight the one to the right. 0 by default. */
  readonly weight?: number
}

/** Labels are not cut below this width while other columns can be left out. */
const minLabel = 12

/** The columns of a table by their places, and the width of the first, which holds the labels. */
interface Layout {
  readonly places: ReadonlyArray<number>
  readonly room: number
}

/** Lines of a table without newlines. The first column holds the labels: it may be cut, but is never left out. */
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

/** The widest layout in which different labels stay different; failing that, the widest in which labels have room. */
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
  // A column without values goes first of all.
  const weightOf = (at: number): number => rows.every((row) => row[at] === "–") ? -1 : columns[at]!.weight ?? 0
  const leaving = columns.map((_, at) => at).slice(1).sort((a, b) => weightOf(a) - weightOf(b) || b - a)
  return [...leaving.keys(), leaving.length].map((many) => {
    const gone = leaving.slice(0, many)
    const places = columns.map((_, at) => at).filter((at) => !gone.includes(at))
    const others = places.slice(1).reduce((all, at) => all + widths[at]! + 2, 0)
    return { places, room: Math.min(widths[0]!, width - others) }
  })
}

/** The beginning and end of a text, as far as they fit, with `…` between them. */
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
    : wrapped(`… without ${columns.map(({ heading }) => heading).join(", ")}: --width=${whole} shows all`, width)

/** The label of a row, safe to print. */
export const labelOf = ({ label, other }: SummaryRow): string =>
  other ? "(all others)" : label === null ? "(none)" : label === "" ? "\"\"" : escapeText(label)

/** The lines. A word that is longer than the width has a line of its own. */
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
