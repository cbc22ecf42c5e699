/**
 * Splits text that a model wrote into blocks: fenced code, headings, tables, and everything else unchanged.
 *
 * Reads the part of Markdown that makes text easier to read and leaves the rest as text: no links, no images, no HTML. Takes linear time for every
 * text.
 */

export type MarkdownBlock =
  | { readonly kind: "code"; readonly language: string; readonly text: string }
  | { readonly kind: "heading" | "table" | "text"; readonly text: string }

const fence = /^\s*(`{3,}|~{3,})([^`]*)$/

/** The blocks, in order. A fence that is never closed ends with the text. */
export const blocksOf = (text: string): ReadonlyArray<MarkdownBlock> => {
  const blocks: Array<MarkdownBlock> = []
  const lines = text.split("\n")
  for (let at = 0; at < lines.length;) {
    const opening = fence.exec(lines[at]!)
    const end = opening === null ? endOfPlain(lines, at) : endOfCode(lines, at + 1, opening[1]!)
    if (opening !== null) {
      blocks.push({ kind: "code", language: opening[2]!.trim(), text: lines.slice(at + 1, end).join("\n") })
      at = end + 1
    } else {
      const plain = lines.slice(at, end).join("\n")
      if (plain.trim() !== "") {
        blocks.push({ kind: kindOf(lines[at]!), text: withoutEmptyEnds(plain) })
      }
      at = end
    }
  }
  return blocks
}

const endOfCode = (lines: ReadonlyArray<string>, from: number, mark: string): number => {
  let end = from
  while (end < lines.length && !closes(lines[end]!, mark)) {
    end++
  }
  return end
}

const closes = (line: string, mark: string): boolean => {
  const trimmed = line.trim()
  return trimmed.startsWith(mark) && trimmed === mark[0]!.repeat(trimmed.length)
}

const kindOf = (line: string): "heading" | "table" | "text" =>
  /^#{1,6} /.test(line) ? "heading" : line.startsWith("|") ? "table" : "text"

/** A heading is one line; a table or a text continues until a line of another kind. */
const endOfPlain = (lines: ReadonlyArray<string>, from: number): number => {
  const kind = kindOf(lines[from]!)
  let end = from + 1
  while (kind !== "heading" && end < lines.length && kindOf(lines[end]!) === kind && !fence.test(lines[end]!)) {
    end++
  }
  return end
}

const withoutEmptyEnds = (text: string): string => {
  const lines = text.split("\n")
  const isEmpty = (line: string) => line.trim() === ""
  const from = lines.findIndex((line) => !isEmpty(line))
  return lines.slice(from, lines.findLastIndex((line) => !isEmpty(line)) + 1).join("\n")
}

export interface MarkdownRun {
  readonly kind: "plain" | "code" | "bold"
  readonly text: string
}

const marked = /`([^`\n]+)`|\*\*([^*\n]+)\*\*/g

/** Splits a text into runs: code between backticks, bold between double asterisks, everything else. */
export const runsOf = (text: string): ReadonlyArray<MarkdownRun> => {
  const runs: Array<MarkdownRun> = []
  let from = 0
  const plainTo = (end: number) => end > from && runs.push({ kind: "plain", text: text.slice(from, end) })
  for (const match of text.matchAll(marked)) {
    plainTo(match.index)
    runs.push(match[1] === undefined ? { kind: "bold", text: match[2]! } : { kind: "code", text: match[1] })
    from = match.index + match[0].length
  }
  plainTo(text.length)
  return runs
}
