/**
 * Prints records in the order in which they arrive, each prefixed with the start of its trace id. On a terminal, the open spans are drawn below.
 *
 * A span is written when it ends, so a parent comes after its children and lines are not indented; `tree` shows the nesting.
 */
import type { TraceEntry } from "../../readers/TraceEntry.js"
import type { OpenSpanData } from "../../records/SpanData.js"
import { escapeText } from "../../records/terminal/escape.js"
import { metricLine, openLine, scoreLine, shownSpan, spanLine } from "../../records/terminal/recordLine.js"
import { type DecodedLine, encodeLine, traceIdOf } from "../../records/wire/line.js"
import { terminalSafe } from "../output/document.js"
import { count, plural } from "../output/numbers.js"

export interface TailOptions {
  readonly width: number
  readonly color: boolean
  readonly json: boolean
  /** Draws the open spans below the records instead of printing a line for each, and erases them before anything else is written. */
  readonly live: boolean
}

/** Any further open spans are only counted. */
const maxDrawn = 12

/** Remembers at most this many open spans, because those of a killed process never end. */
const maxOpen = 10_000

const idLength = 6

const keyOf = ({ spanId, traceId }: Pick<OpenSpanData, "spanId" | "traceId">): string => `${traceId}/${spanId}`

export class TailView {
  private readonly open = new Map<string, OpenSpanData>()
  private drawn = 0

  constructor(private readonly options: TailOptions) {}

  /** The text that shows these records and redraws the open spans. */
  show(entries: Iterable<TraceEntry>): string {
    let text = ""
    for (const entry of entries) {
      text += entry.kind === "bad" ? this.badLine(entry) : this.record(entry.record)
    }
    return this.options.json ? text : this.end() + text + this.drawOpen()
  }

  private badLine({ error, line }: Extract<TraceEntry, { readonly kind: "bad" }>): string {
    return this.options.json ? "" : withId(undefined, `line ${line} is not a record: ${escapeText(error.problem)}\n`)
  }

  private record(record: DecodedLine): string {
    if (record.kind === "span_start") {
      this.open.set(keyOf(record.span), record.span)
      if (this.open.size > maxOpen) {
        this.open.delete(this.open.keys().next().value!)
      }
    } else if (record.kind === "span") {
      this.open.delete(keyOf(record.span))
    }
    const { json, live } = this.options
    return json
      ? `${terminalSafe(encodeLine(record))}\n`
      : live && record.kind === "span_start"
      ? ""
      : withId(traceIdOf(record), this.lineOf(record))
  }

  private lineOf(record: DecodedLine): string {
    const style = { color: this.options.color, width: Math.max(20, this.options.width - idLength - 1) }
    switch (record.kind) {
      case "span":
        return spanLine(shownSpan(record.span), 0, style)
      case "span_start":
        return openLine(record.span, 0, style)
      case "metric":
        return metricLine(record.metric, 0, style)
      case "score":
        return scoreLine(record.score, 0, style)
      case "dropped":
        return `${plural(record.dropped.count, "record")} dropped: ${escapeText(record.dropped.reason)}\n`
    }
  }

  end(): string {
    const lines = this.drawn
    this.drawn = 0
    // To the margin (an echoed Ctrl-C may have moved the cursor), up by that many lines, then clear everything below.
    return lines === 0 ? "" : `\r\u001b[${lines}A\u001b[J`
  }

  private drawOpen(): string {
    if (!this.options.live || this.open.size === 0) {
      return ""
    }
    const shown = [...this.open.values()].slice(-maxDrawn)
    const hidden = this.open.size - shown.length
    const lines = [
      `${count(this.open.size)} open${hidden > 0 ? `, showing the last ${maxDrawn}` : ""}\n`,
      ...shown.map((span) => withId(span.traceId, this.lineOf({ kind: "span_start", span })))
    ]
    this.drawn = lines.length
    return lines.join("")
  }
}

const withId = (traceId: string | undefined, text: string): string =>
  `${escapeText(traceId ?? "").slice(0, idLength).padEnd(idLength)} ${text}`
