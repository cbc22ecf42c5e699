/**
 * Joins the lines of pretty-printed JSON documents, as `jq` and `JSON.stringify(…, null, 2)` write them: each document becomes one line.
 *
 * Only input that starts with such a document is joined, so a truncated line later in a file stays a single bad line. Text that turns out not to be
 * JSON is passed on line by line.
 */
/** One line, or a JSON document over several lines, without newline and byte order mark. Blank lines are counted but not passed on. */
export interface Line {
  /** Invalid UTF-8 is replaced by U+FFFD. */
  readonly text: string
  /** Counts from 1. */
  readonly line: number
  /** Its first byte, counted from the start of the input. */
  readonly offset: number
  /** Whether it is the last line and has no newline: perhaps only part of it was written. */
  readonly torn: boolean
  /** 0, or the number of bytes of a line above the limit; `text` is then only its start. */
  readonly overlong: number
}

// A string, or one of its halves: JSON has no line breaks in strings.
const tokens = /"(?:[^"\\]|\\.)*"|["{}[\]]/g

export class Documents {
  private lines: Array<Line> = []
  private bytes = 0
  private depth = 0
  /** Whether the next line may begin a document: it is the first line, or the previous one ended a document. */
  private mayBegin = true

  /** Longer documents are counted but not kept. */
  constructor(private readonly maxBytes: number) {}

  /** Whether this line belongs to a document over several lines. */
  isPart(text: string): boolean {
    if (this.lines.length > 0) {
      return true
    }
    const begins = this.mayBegin && text.startsWith("{") && !text.endsWith("}")
    this.mayBegin = begins
    return begins
  }

  /** Adds a line of a document; passes the document on once it is complete. */
  add(line: Line, onLine: (line: Line) => void): void {
    this.bytes += line.text.length + 1
    if (this.bytes <= this.maxBytes || this.lines.length === 0) {
      this.lines.push(line)
    }
    for (const [token] of line.text.matchAll(tokens)) {
      if (token === "\"" || line.overlong > 0) {
        return this.emitLines(onLine)
      }
      this.depth += token === "{" || token === "[" ? 1 : token === "}" || token === "]" ? -1 : 0
    }
    if (this.depth <= 0) {
      this.emit(onLine)
    }
  }

  /** Passes on the lines of an incomplete document. */
  end(onLine: (line: Line) => void): void {
    this.emitLines(onLine)
  }

  private emit(onLine: (line: Line) => void): void {
    const [{ line, offset } = { line: 0, offset: 0 }] = this.lines
    const overlong = this.bytes > this.maxBytes ? this.bytes : 0
    onLine({ text: this.lines.map(({ text }) => text).join("\n"), line, offset, torn: false, overlong })
    this.clear()
    this.mayBegin = true
  }

  private emitLines(onLine: (line: Line) => void): void {
    const lines = this.lines
    this.clear()
    lines.forEach(onLine)
  }

  private clear(): void {
    this.lines = []
    this.bytes = 0
    this.depth = 0
  }
}
