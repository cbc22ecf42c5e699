/**
 * Everything read so far: records by trace, traces prepared for drawing, and bad lines.
 *
 * Built for growing files: only traces with new records are rebuilt. The trap: the views compare traces by identity, so `traces` returns the same view of a
 * trace until it changes.
 */
import type { BadEntry, TraceEntry } from "../../readers/TraceEntry.js"
import { make as makeSummary, type Summary } from "../../readers/TraceSummary.js"
import { builder } from "../../readers/TraceTree.js"
import { type DecodedLine, traceIdOf } from "../../records/wire/line.js"
import { findingsOf, type FindingView } from "./findings.js"
import { makeTraceView, type TraceView } from "./TraceView.js"

/** Bad lines that are kept for display; all are counted. */
const maxBad = 100

interface Chapter {
  readonly records: Array<DecodedLine>
  readonly tree: ReturnType<typeof builder>
  view: TraceView | undefined
  /** Whether its open spans are assumed to be running. */
  running: boolean
}

/** A trace that was silent for longer than this when first seen is treated as cut off; in milliseconds. */
const maxSilence = 300_000

export class TraceBook {
  private readonly chapters = new Map<string, Chapter>()
  private readonly entries: Array<TraceEntry> = []
  private found: { readonly entries: number; readonly findings: ReadonlyArray<FindingView> } | undefined
  private readonly loose: Array<DecodedLine> = []
  private readonly badEntries: Array<BadEntry> = []
  private sorted: ReadonlyArray<TraceView> | undefined
  private badCount = 0
  private droppedCount = 0
  private until: number | undefined
  private recordCount = 0

  add(entry: TraceEntry): void {
    this.entries.push(entry)
    if (entry.kind === "bad") {
      this.addBad(entry)
      return
    }
    this.recordCount++
    const { record } = entry
    if (record.kind === "dropped") {
      this.droppedCount += record.dropped.count
    }
    const traceId = traceIdOf(record)
    if (traceId === undefined) {
      this.loose.push(record)
    } else {
      this.addTo(this.chapterOf(traceId), entry, record)
    }
  }

  private addBad(entry: BadEntry): void {
    this.badCount++
    if (this.badEntries.length < maxBad) {
      this.badEntries.push(entry)
    }
  }

  private addTo(chapter: Chapter, entry: TraceEntry, record: DecodedLine): void {
    chapter.records.push(record)
    chapter.tree.add(entry)
    chapter.view = undefined
    this.sorted = undefined
  }

  private chapterOf(traceId: string): Chapter {
    const known = this.chapters.get(traceId)
    if (known !== undefined) {
      return known
    }
    const chapter: Chapter = { records: [], tree: builder(), view: undefined, running: false }
    this.chapters.set(traceId, chapter)
    return chapter
  }

  /** All traces with spans, newest first. */
  get traces(): ReadonlyArray<TraceView> {
    this.sorted ??= [...this.chapters.values()]
      .map((chapter) => this.viewOf(chapter))
      .filter((view) => view.spans.length > 0)
      .sort((a, b) => b.startedAt - a.startedAt)
    return this.sorted
  }

  private viewOf(chapter: Chapter): TraceView {
    chapter.view ??= makeTraceView(chapter.tree.forest().traces[0] ?? nothing, chapter.running ? this.until : undefined)
    return chapter.view
  }

  /** Extends the open spans of running traces to this instant, in milliseconds since the epoch; returns whether there are any. */
  growTo(instant: number): boolean {
    this.until = instant
    let grown = false
    for (const chapter of this.chapters.values()) {
      if (this.isRunning(chapter, instant)) {
        chapter.view = undefined
        this.sorted = undefined
        grown = true
      }
    }
    return grown
  }

  private isRunning(chapter: Chapter, instant: number): boolean {
    const view = this.viewOf(chapter)
    if (view.state !== "open") {
      return false
    }
    chapter.running ||= instant - (view.startedAt + view.totalMs) < maxSilence
    return chapter.running
  }

  /** A summary of the given traces; given all of them, it also covers records outside any trace. */
  summaryOf(traces: ReadonlyArray<TraceView>): Summary {
    const summary = makeSummary()
    if (traces === this.traces) {
      this.loose.forEach((record) => summary.add(record))
    }
    for (const { traceId } of traces) {
      this.chapters.get(traceId)?.records.forEach((record) => summary.add(record))
    }
    return summary.result()
  }

  /** The problems in the records; searched again only if there are new ones. */
  get findings(): ReadonlyArray<FindingView> {
    const { entries, found } = this
    this.found = found?.entries === entries.length ? found : { entries: entries.length, findings: findingsOf(entries) }
    return this.found.findings
  }

  get bad(): ReadonlyArray<BadEntry> {
    return this.badEntries
  }

  get badTotal(): number {
    return this.badCount
  }

  /** Dropped records, as reported by their writers. */
  get droppedTotal(): number {
    return this.droppedCount
  }

  get records(): number {
    return this.recordCount
  }
}

const nothing = {
  traceId: "",
  roots: [],
  spans: 0,
  open: 0,
  failed: 0,
  start: BigInt(0),
  end: BigInt(0),
  metrics: [],
  scores: []
}
