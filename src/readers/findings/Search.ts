/**
 * Searches the records of a file, or of one of its traces: no finding concerns more than one trace. Holds a few hundred bytes for each span.
 */
import { type Meaning, meaningOf } from "../../dialects/meaning.js"
import type { MetricData, OpenSpanData, SpanData } from "../../records/SpanData.js"
import { cyclesOf } from "../../records/spanTree.js"
import type { DecodedLine } from "../../records/wire/line.js"
import { RunFindings } from "../runFindings.js"
import type { BadEntry, RecordEntry, TraceEntry } from "../TraceEntry.js"
import { amountsOfSpan } from "../usage/measures.js"
import { Tallies } from "./Tallies.js"

interface Known {
  readonly name: string
  readonly line: number
  readonly parent: string | undefined
  readonly start: bigint
  end: bigint | undefined
  /** Its tokens and cost; `undefined` for none. */
  readonly usage: string | undefined
}

const usageText = (meaning: Meaning): string | undefined => {
  const amounts = amountsOfSpan(meaning)
  return amounts && JSON.stringify(amounts)
}

const keyOf = (traceId: string, spanId: string): string => `${traceId}/${spanId}`

export class Search {
  private readonly spans = new Map<string, Known>()
  private readonly measured: Map<string, { readonly name: string; readonly line: number; count: number }> = new Map()
  /** The findings that do not need all entries. */
  private readonly early = new Tallies()
  private readonly runs = new RunFindings()
  records = 0

  add(entry: TraceEntry): void {
    if (entry.kind === "bad") {
      this.bad(entry)
    } else {
      this.records++
      this.record(entry.record, entry)
    }
  }

  /** What was found so far. */
  found(): Tallies {
    const all = new Tallies()
    all.add(this.early)
    this.findOpen(all)
    this.findParents(all)
    this.findCycles(all)
    this.findSpansOfMetrics(all)
    this.findWaste(all)
    return all
  }

  private bad({ error, line, torn }: BadEntry): void {
    this.early.note(torn ? "torn-line" : "bad-line", line, error.problem)
  }

  private record(record: DecodedLine, { line }: RecordEntry): void {
    switch (record.kind) {
      case "span":
        return this.span(record.span, line)
      case "span_start":
        return this.start(record.span, line)
      case "metric":
        return this.metric(record.metric, line)
      case "score":
        // The span it judges may be in another file.
        return
      case "dropped":
        return this.early.note("dropped-records", line, record.dropped.reason, record.dropped.count)
    }
  }

  private span(span: SpanData, line: number): void {
    const known = this.spans.get(keyOf(span.traceId, span.spanId))
    const meaning = meaningOf(span.name, span.attributes)
    const usage = usageText(meaning)
    if (known?.end !== undefined) {
      const isUpdate = usage !== undefined && usage !== known.usage
      this.early.note(isUpdate ? "updated-span" : "duplicate-span", line, span.name)
      if (!isUpdate) {
        return
      }
    }
    this.keep(span, line, span.end, usage)
    this.runs.add(keyOf(span.traceId, span.spanId), span, meaning, line)
    if (span.start === span.end) {
      this.early.note("zero-duration", line, span.name)
    }
  }

  private start(span: OpenSpanData, line: number): void {
    if (!this.spans.has(keyOf(span.traceId, span.spanId))) {
      this.keep(span, line, undefined)
    }
  }

  private keep(
    { name, parentSpanId, spanId, start, traceId }: OpenSpanData,
    line: number,
    end: bigint | undefined,
    usage?: string
  ): void {
    const parent = parentSpanId === null ? undefined : keyOf(traceId, parentSpanId)
    this.spans.set(keyOf(traceId, spanId), { name, line, parent, start, end, usage })
  }

  private metric({ name, spanId, traceId }: MetricData, line: number): void {
    if (traceId === undefined || spanId === undefined) {
      return
    }
    const key = keyOf(traceId, spanId)
    const known = this.measured.get(key)
    if (known !== undefined) {
      known.count++
    } else if (this.spans.get(key)?.end === undefined) {
      this.measured.set(key, { name, line, count: 1 })
    }
  }

  private findOpen(all: Tallies): void {
    for (const { end, line, name } of this.spans.values()) {
      if (end === undefined) {
        all.note("open-span", line, name)
      }
    }
  }

  private findParents(all: Tallies): void {
    for (const span of this.spans.values()) {
      const parent = span.parent === undefined ? undefined : this.spans.get(span.parent)
      if (span.parent !== undefined && parent === undefined) {
        all.note("orphan-span", span.line, span.name)
      } else if (parent !== undefined && isOutside(span, parent)) {
        all.note("outside-its-parent", span.line, span.name)
      }
    }
  }

  private findCycles(all: Tallies): void {
    const parentOf = ({ parent }: Known) => parent === undefined ? undefined : this.spans.get(parent)
    for (const { line, name } of cyclesOf(this.spans.values(), parentOf)) {
      all.note("parent-cycle", line, name)
    }
  }

  private findWaste(all: Tallies): void {
    for (const { example, kind, line } of this.runs.find((key) => this.spans.get(key)?.parent)) {
      all.note(kind, line, example)
    }
  }

  private findSpansOfMetrics(all: Tallies): void {
    for (const [key, { count, line, name }] of this.measured) {
      if (!this.spans.has(key)) {
        all.note("metric-without-span", line, name, count)
      }
    }
  }
}

const isOutside = (span: Known, parent: Known): boolean =>
  span.start < parent.start || span.end !== undefined && parent.end !== undefined && span.end > parent.end
