/**
 * Prints the results of a backend as a table in the output of the suite.
 */

type Cell = string | number | boolean | null | undefined

/** Prints a table with a title; columns are as wide as their widest cell. */
export const printTable = (
  title: string,
  header: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<Cell>>
): void => {
  const lines = [
    header,
    ...rows.map((row) => row.map((cell) => cell === null || cell === undefined ? "" : String(cell)))
  ]
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  const shown = lines.map((line) =>
    `  ${line.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()}`
  )
  console.log([`\n${title}`, ...shown, ""].join("\n"))
}
