/**
 * Finds problems in a file and returns them as data: lines without a record, spans that never ended, missing parents, duplicate ids.
 *
 * Works in one pass and holds about a hundred bytes per span. A missing parent is a warning, because it may be in another service's file; only signs of lost
 * or damaged records are errors.
 */
import { type Meaning, meaningOf } from "../dialects/meaning.js"
import type { MetricData, OpenSpanData, SpanData } from "../records/SpanData.js"
import { cyclesOf } from "../records/spanTree.js"
import type { DecodedLine } from "../records/wire/line.js"
import { type RunFindingKind, RunFindings } from "./runFindings.js"
import type { BadEntry, RecordEntry, TraceEntry } from "./TraceEntry.js"
import { amountsOfSpan } from "./usage/measures.js"

/** The kinds of findings. */
export type FindingKind =
  | "bad-line"
  | "torn-line"
  | "dropped-records"
  | "duplicate-span"
  | "updated-span"
  | "parent-cycle"
  | "orphan-span"
  | "open-span"
  | "metric-without-span"
  | "outside-its-parent"
  | "zero-duration"
  | RunFindingKind

/** Error: records were lost or damaged. Warning: something is missing. Info: only unusual. */
export type Severity = "error" | "warning" | "info"

/** A finding. */
export interface Finding {
  /** The kind of problem. */
  readonly kind: FindingKind
  /** How serious it is. */
  readonly severity: Severity
  /** Number of lines, spans or records. */
  readonly count: number
  /** What it means. */
  readonly message: string
  /** The line numbers of the first ten. */
  readonly lines: ReadonlyArray<number>
  /** Names or problems of the first ten. Untrusted text: escape it. */
  readonly examples: ReadonlyArray<string>
}

/** All findings. */
export interface FindingsReport {
  /** Errors first, then warnings. */
  readonly findings: ReadonlyArray<Finding>
  /** Number of records. */
  readonly records: number
  /** Whether there are no errors and no warnings. */
  readonly ok: boolean
}

/** Collects the entries of a file. */
export interface FindingsBuilder {
  /** Adds the next entry, in file order. */
  readonly add: (entry: TraceEntry) => void
  /** The findings so far. Can be called repeatedly. */
  readonly result: () => FindingsReport
}

const kinds: { readonly [K in FindingKind]: readonly [Severity, string] } = {
  "bad-line": ["error", "lines are not records: another program wrote to the file, or it is corrupt"],
  "dropped-records": ["error", "records were dropped by their writer, for the reasons below"],
  "duplicate-span": [
    "error",
    "spans have the same ids as another span: the input contains all or part of a file twice"
  ],
  "updated-span": ["warning", "spans were written again with other tokens or cost: the last one counts"],
  "parent-cycle": ["error", "spans are their own ancestors: their writer recorded invalid parents"],
  "torn-line": ["warning", "the last line has no newline: its writer was stopped, or is still writing"],
  "orphan-span": ["warning", "spans have a missing parent: it was lost, or is in the file of another service"],
  "open-span": ["warning", "spans never ended: the program was stopped, or is still running"],
  "metric-without-span": ["warning", "measurements refer to a missing span"],
  "outside-its-parent": [
    "info",
    "spans start before their parent or end after it: they outlived it, or clocks differ"
  ],
  "zero-duration": ["info", "spans have no duration: the clock stood still or is too coarse"],
  "repeated-tool-call": ["info", "tools were called three times or more in one run with the same arguments"],
  "cost-after-last-step": ["info", "runs spent most of their cost after their last useful step"],
  "cached-share-fell": ["info", "prompts were much less cached than those of the model calls before"]
}

const maxListed = 10

class Tally {
  count = 0
  readonly lines: Array<number> = []
  readonly examples: Array<string> = []

  note(line: number, example: string, count = 1): void {
    this.count += count
    if (this.lines.length < maxListed) {
      this.lines.push(line)
      // Not a slice of the line, which would keep its whole chunk in memory.
      this.examples.push(example)
    }
  }
}

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

/** An empty builder. */
export const builder = (): FindingsBuilder => {
  const search = new Search()
  return { add: (entry) => search.add(entry), result: () => search.result() }
}

/** The findings for these entries. */
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
  /** The findings that do not need all entries. */
  private readonly found = new Map<FindingKind, Tally>()
  private readonly runs = new RunFindings()
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
    this.findOpen(all)
    this.findParents(all)
    this.findCycles(all)
    this.findSpansOfMetrics(all)
    this.findWaste(all)
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
      case "score":
        // What it judges may be in another file.
        return
      case "dropped":
        return tallyOf(this.found, "dropped-records").note(line, record.dropped.reason, record.dropped.count)
    }
  }

  private span(span: SpanData, line: number): void {
    const known = this.spans.get(keyOf(span.traceId, span.spanId))
    const meaning = meaningOf(span.name, span.attributes)
    const usage = usageText(meaning)
    if (known?.end !== undefined) {
      const isUpdate = usage !== undefined && usage !== known.usage
      tallyOf(this.found, isUpdate ? "updated-span" : "duplicate-span").note(line, span.name)
      if (!isUpdate) {
        return
      }
    }
    this.keep(span, line, span.end, usage)
    this.runs.add(keyOf(span.traceId, span.spanId), span, meaning, line)
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

  private findOpen(all: Map<FindingKind, Tally>): void {
    for (const { end, line, name } of this.spans.values()) {
      if (end === undefined) {
        tallyOf(all, "open-span").note(line, name)
      }
    }
  }

  private findParents(all: Map<FindingKind, Tally>): void {
    for (const span of this.spans.values()) {
      const parent = span.parent === undefined ? undefined : this.spans.get(span.parent)
      if (span.parent !== undefined && parent === undefined) {
        tallyOf(all, "orphan-span").note(span.line, span.name)
      } else if (parent !== undefined && isOutside(span, parent)) {
        tallyOf(all, "outside-its-parent").note(span.line, span.name)
      }
    }
  }

  private findCycles(all: Map<FindingKind, Tally>): void {
    const parentOf = ({ parent }: Known) => parent === undefined ? undefined : this.spans.get(parent)
    for (const { line, name } of cyclesOf(this.spans.values(), parentOf)) {
      tallyOf(all, "parent-cycle").note(line, name)
    }
  }

  private findWaste(all: Map<FindingKind, Tally>): void {
    for (const { example, kind, line } of this.runs.find((key) => this.spans.get(key)?.parent)) {
      tallyOf(all, kind).note(line, example)
    }
  }

  private findSpansOfMetrics(all: Map<FindingKind, Tally>): void {
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
