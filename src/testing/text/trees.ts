/**
 * Formats the expected and the recorded tree of a comparison. The number of each difference is to the left of its line.
 */
import type { SpanNode } from "../../records/spanTree.js"
import type { Comparison, Row } from "../compare/Comparison.js"
import { visitsOf } from "../renderTree.js"
import { listOf, type SpanExpectation, type SpanList } from "../SpanExpectation.js"
import { alignedTexts, allTexts, expectedTexts, lineOf, recordedTexts } from "./spans.js"
import { shortened } from "./values.js"

/** Trees with up to this many lines are shown completely, larger ones only near differences. */
const mostLines = 60

/** How many marked lines of a large tree are shown, and how many lines before and after each. */
const mostMarked = 40
const around = 2

const mostColumns = 160

interface TreeLine {
  readonly depth: number
  readonly text: string
  readonly marks: ReadonlyArray<number>
}

/** The expected tree, as written. */
export const expectedTree = ({ list, rows }: Comparison): string => {
  const lines = rows.flatMap(({ depth, expectation, marks }): ReadonlyArray<TreeLine> =>
    expectation === undefined ? [] : [{ depth, marks, text: `${expectedLine(expectation)}${belowText(expectation)}` }]
  )
  return treeText(`Expected${listText(list, " ")}:`, lines)
}

/** The recorded tree. Spans that are not checked are only counted. */
export const recordedTree = ({ rows }: Comparison): string => {
  const lines = rows.flatMap(({ depth, expectation, ignored, marks, node }): ReadonlyArray<TreeLine> =>
    ignored !== undefined
      ? [{ depth, marks, text: ignoredText(ignored) }]
      : node === undefined
      ? []
      : [{ depth, marks, text: recordedLine(node, expectation) }]
  )
  return treeText("Recorded:", lines)
}

/** Both trees without marks and without spans that are not checked: side by side, they differ only where something is wrong. */
export const alignedTrees = (
  { rows }: Comparison
): { readonly expected: string; readonly actual: string } => ({
  expected: rows.flatMap((row) => row.expectation === undefined ? [] : [alignedLine(row.expectation, row)]).join("\n"),
  actual: rows.flatMap((row) =>
    row.node === undefined ? [] : [`${indent(row.depth)}${recordedLine(row.node, row.expectation)}`]
  ).join("\n")
})

const alignedLine = (expectation: SpanExpectation, { depth, fields, node }: Row): string => {
  const expected = expectedTexts(expectation)
  const texts = node === undefined
    ? expected
    : alignedTexts(recordedTexts(node.span, expectation), expected, fields ?? [])
  return `${indent(depth)}${lineOf(texts)}`
}

const expectedLine = (expectation: SpanExpectation): string => lineOf(expectedTexts(expectation))

const recordedLine = (node: SpanNode, expectation: SpanExpectation | undefined): string =>
  lineOf(expectation === undefined ? allTexts(node.span) : recordedTexts(node.span, expectation))

const belowText = ({ children }: SpanExpectation): string =>
  children === undefined || Array.isArray(children) ? "" : listText(listOf(children), "  — children ")

/** The words for a list that is not exact. */
const listText = ({ ordered, others }: SpanList, before: string): string => {
  const words = [...(ordered ? [] : ["in any order"]), ...(others ? ["among others"] : [])]
  return words.length === 0 ? "" : `${before}${words.join(", ")}`
}

const ignoredText = (nodes: ReadonlyArray<SpanNode>): string => {
  const spans = visitsOf(nodes).length
  return `… ${spans} ${spans === 1 ? "span that is" : "spans that are"} not checked`
}

/** Deeper lines are not indented further, so that they stay readable. */
const mostIndented = 40

const indent = (depth: number): string => "  ".repeat(Math.min(depth, mostIndented))

const treeText = (heading: string, lines: ReadonlyArray<TreeLine>): string => {
  const shown = lines.length <= mostLines ? new Set(lines.keys()) : nearMarks(lines)
  const width = lines.reduce((widest, { marks }) => Math.max(widest, marksText(marks).length), 1)
  const out = [heading]
  for (let index = 0; index < lines.length; index++) {
    if (shown.has(index)) {
      out.push(markedLine(lines[index]!, width))
    } else if (shown.has(index - 1) || index === 0) {
      out.push(`${" ".repeat(width + 4)}${indent(lines[index]!.depth)}⋮`)
    }
  }
  return (lines.length === 0 ? [...out, `${" ".repeat(width + 4)}nothing`] : out).join("\n")
}

const markedLine = ({ depth, marks, text }: TreeLine, width: number): string => {
  const margin = `${marksText(marks).padStart(width + 1)}${marks.length > 0 ? ">" : " "}  `
  return shortened(`${margin}${indent(depth)}${text}`, mostColumns)
}

/** The differences of one line are consecutive. */
const marksText = (marks: ReadonlyArray<number>): string => {
  const [first, last] = [marks[0], marks.at(-1)]
  return first === undefined || last === undefined ? "" : first === last ? `${first + 1}` : `${first + 1}-${last + 1}`
}

/** The marked lines, some lines around them, and their ancestors as far as they are indented. */
const nearMarks = (lines: ReadonlyArray<TreeLine>): ReadonlySet<number> => {
  const marked = [...lines.keys()].filter((index) => lines[index]!.marks.length > 0).slice(0, mostMarked)
  const shown = new Set([0])
  for (const index of marked) {
    for (let near = index - around; near <= index + around; near++) {
      shown.add(near)
    }
  }
  let depth = 0
  for (let index = lines.length - 1; index >= 0; index--) {
    const line = lines[index]!
    if (shown.has(index) || line.depth < depth) {
      depth = line.depth
      if (depth < mostIndented) {
        shown.add(index)
      }
    }
  }
  return shown
}
