/**
 * What is wrong or odd with a file, as data: lines that hold no record, spans that never ended, parents that are not there, ids that stand twice.
 *
 * One pass. It holds the ids of all spans, some hundred bytes each, and nothing else of them. A parent that is not there need not be an error (it may be in
 * another service's file), so it is a warning; only what says that records were lost or spoilt is an error.
 */
import type { MetricData, OpenSpanData, SpanData } from "../records/SpanData.js"
import { cyclesOf } from "../records/spanTree.js"
import type { DecodedLine } from "../records/wire/decode.js"
import type { BadEntry, RecordEntry, TraceEntry } from "./TraceEntry.js"

/** What can be found. */
export type FindingKind =
  | "bad-line"
  | "torn-line"
  | "dropped-records"
  | "duplicate-span"
  | "parent-cycle"
  | "orphan-span"
  | "open-span"
  | "metric-without-span"
  | "outside-its-parent"
  | "zero-duration"

/** How much it matters: records were lost or spoilt; something is missing; nothing but odd. */
export type Severity = "error" | "warning" | "info"

/** Something that was found. */
export interface Finding {
  /** What is wrong. */
  readonly kind: FindingKind
  /** How much it matters. */
  readonly severity: Severity
  /** How many lines, spans or records. */
  readonly count: number
  /** What it means and what to do. */
  readonly message: string
  /** The lines of the first ten. */
  readonly lines: ReadonlyArray<number>
  /** What the first ten are: names, problems. May be anybody's text: escape it. */
  readonly examples: ReadonlyArray<string>
}

/** All that was found. */
export interface FindingsReport {
  /** Errors first, then warnings. */
  readonly findings: ReadonlyArray<Finding>
  /** Lines that hold a record. */
  readonly records: number
  /** Whether there is nothing of severity error or warning. */
  readonly ok: boolean
}

/** Takes the entries of a file. */
export interface FindingsBuilder {
  /** Takes the next entry, in the order of the file. */
  readonly add: (entry: TraceEntry) => void
  /** What was found so far. Can be asked for again and again. */
  readonly result: () => FindingsReport
}

const kinds: { readonly [K in FindingKind]: readonly [Severity, string] } = {
  "bad-line": ["error", "lines hold no record: something else wrote into the file, or it was damaged"],
  "dropped-records": ["error", "records were not written; the reasons are the writer's"],
  "duplicate-span": ["error", "spans have the ids of another one: the file, or a part of it, was put in twice"],
  "parent-cycle": ["error", "spans are their own ancestors: what wrote their parents is wrong"],
  "torn-line": ["warning", "the last line has no end: its writer was stopped, or is still writing"],
  "orphan-span": ["warning", "spans have a parent that is not here: it was lost, or it is in another service's file"],
  "open-span": ["warning", "spans began and did not end: the program was stopped, or is still running"],
  "metric-without-span": ["warning", "measurements name a span that is not here"],
  "outside-its-parent": [
    "info",
    "spans begin before their parent, or end after it: work that outlived it, or clocks that differ"
  ],
  "zero-duration": ["info", "spans took no time at all: a clock that stands still, or one too coarse"]
}

/** How many of each are shown. */
const shown = 10

class Tally {
  count = 0
  readonly lines: Array<number> = []
  readonly examples: Array<string> = []

  note(line: number, example: string, count = 1): void {
    this.count += count
    if (this.lines.length < shown) {
      this.lines.push(line)
      // A copy: a slice would keep the whole chunk that it was read from.
      this.examples.push(example)
    }
  }
}

/** What is kept of a span. */
interface Known {
  readonly name: string
  readonly line: number
  readonly parent: string | undefined
  readonly start: bigint
  end: bigint | undefined
}

const keyOf = (traceId: string, spanId: string): string => `${traceId}/${spanId}`

/** A builder that has seen nothing. */
export const builder = (): FindingsBuilder => {
  const search = new Search()
  return { add: (entry) => search.add(entry), result: () => search.result() }
}

/** What is wrong or odd with these entries. */
export const of = (entries: Iterable<TraceEntry>): FindingsReport => {
  const { add, result } = builder()
  for (const entry of entries) {
    add(entry)
  }
  return result()
}

class Search {
  private readonly spans = new Map<string, Known>()
  private readonly measured: Map<string, { readonly name: string; readonly line: number; count: number }> = new Map()
  /** What is found at once; the rest is looked for when all is there. */
  private readonly found = new Map<FindingKind, Tally>()
  private records = 0

  add(entry: TraceEntry): void {
    if (entry.kind === "bad") {
      this.bad(entry)
    } else {
      this.records++
      this.record(entry.record, entry)
    }
  }

  result(): FindingsReport {
    const all = new Map(this.found)
    this.lookForOpen(all)
    this.lookForParents(all)
    this.lookForCycles(all)
    this.lookForSpansOfMetrics(all)
    const findings = [...all].map(([kind, tally]) => findingOf(kind, tally)).sort(bySeverity)
    return { findings, records: this.records, ok: findings.every(({ severity }) => severity === "info") }
  }

  private bad({ error, line, torn }: BadEntry): void {
    tallyOf(this.found, torn ? "torn-line" : "bad-line").note(line, error.problem)
  }

  private record(record: DecodedLine, { line }: RecordEntry): void {
    switch (record.kind) {
      case "span":
        return this.span(record.span, line)
      case "span_start":
        return this.start(record.span, line)
      case "metric":
        return this.metric(record.metric, line)
      case "dropped":
        return tallyOf(this.found, "dropped-records").note(line, record.dropped.reason, record.dropped.count)
    }
  }

  private span(span: SpanData, line: number): void {
    const known = this.spans.get(keyOf(span.traceId, span.spanId))
    if (known?.end !== undefined) {
      tallyOf(this.found, "duplicate-span").note(line, span.name)
      return
    }
    this.keep(span, line, span.end)
    if (span.start === span.end) {
      tallyOf(this.found, "zero-duration").note(line, span.name)
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
    end: bigint | undefined
  ): void {
    const parent = parentSpanId === null ? undefined : keyOf(traceId, parentSpanId)
    this.spans.set(keyOf(traceId, spanId), { name, line, parent, start, end })
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

  private lookForOpen(all: Map<FindingKind, Tally>): void {
    for (const { end, line, name } of this.spans.values()) {
      if (end === undefined) {
        tallyOf(all, "open-span").note(line, name)
      }
    }
  }

  private lookForParents(all: Map<FindingKind, Tally>): void {
    for (const span of this.spans.values()) {
      const parent = span.parent === undefined ? undefined : this.spans.get(span.parent)
      if (span.parent !== undefined && parent === undefined) {
        tallyOf(all, "orphan-span").note(span.line, span.name)
      } else if (parent !== undefined && isOutside(span, parent)) {
        tallyOf(all, "outside-its-parent").note(span.line, span.name)
      }
    }
  }

  private lookForCycles(all: Map<FindingKind, Tally>): void {
    const parentOf = ({ parent }: Known) => parent === undefined ? undefined : this.spans.get(parent)
    for (const { line, name } of cyclesOf(this.spans.values(), parentOf)) {
      tallyOf(all, "parent-cycle").note(line, name)
    }
  }

  private lookForSpansOfMetrics(all: Map<FindingKind, Tally>): void {
    for (const [key, { count, line, name }] of this.measured) {
      if (!this.spans.has(key)) {
        tallyOf(all, "metric-without-span").note(line, name, count)
      }
    }
  }
}

const tallyOf = (all: Map<FindingKind, Tally>, kind: FindingKind): Tally => {
  const tally = all.get(kind) ?? new Tally()
  all.set(kind, tally)
  return tally
}

const isOutside = (span: Known, parent: Known): boolean =>
  span.start < parent.start || span.end !== undefined && parent.end !== undefined && span.end > parent.end

const findingOf = (kind: FindingKind, { count, examples, lines }: Tally): Finding => {
  const [severity, message] = kinds[kind]
  return { kind, severity, count, message, lines, examples }
}

const order: ReadonlyArray<Severity> = ["error", "warning", "info"]

const bySeverity = (a: Finding, b: Finding): number => order.indexOf(a.severity) - order.indexOf(b.severity)
