/**
 * Summarizes files in one pass and constant memory: work, failures, durations, tokens and cost by span name, tool, model, user, session and agent.
 *
 * Add lines or records as they arrive and ask for the result at any time. Each token and each dollar is counted once; the rule is in
 * `usage/TraceUsage.ts`. Records are not kept: for trees use `TraceTree`. The trap: usage is attributed by whole traces, so a trace with records long after
 * the end of its root counts as two.
 */
import { type Facts, factsOf } from "../records/wire/facts.js"
import type { DecodedLine } from "../records/wire/line.js"
import { takeFacts } from "./lineFacts.js"
import type { Line } from "./LineSplitter.js"
import { SummaryCounter, type SummaryOptions } from "./summary/SummaryCounter.js"
import type { Summary } from "./summary/SummaryTable.js"

export type { DurationStats } from "./summary/Durations.js"
export type { ScoreRow } from "./summary/ScoreTable.js"
export type { SummaryOptions } from "./summary/SummaryCounter.js"
export type { Summary, SummaryRow } from "./summary/SummaryTable.js"
export { type Dimension, dimensions } from "./summary/SummaryTable.js"

/** Collects the content of files. */
export interface SummaryBuilder {
  /** Adds a record. */
  readonly add: (record: DecodedLine | Facts) => void
  /** Adds a line without a record. */
  readonly addBad: (torn: boolean) => void
  /** Adds a raw line, which is cheaper than decoding it first. Returns whether it held a record. */
  readonly addLine: (line: Line) => boolean
  /** The summary so far. Can be called repeatedly. */
  readonly result: () => Summary
}

/** An empty summary. */
export const make = (options: SummaryOptions = {}): SummaryBuilder => {
  const counter = new SummaryCounter(options)
  return {
    add: (record) => counter.add(isFacts(record) ? record : factsOf(record)),
    addBad: (torn) => counter.bad(torn),
    addLine: (line) => takeFacts(line, counter),
    result: () => counter.result()
  }
}

/** The summary of these records. */
export const of = (records: Iterable<DecodedLine | Facts>, options?: SummaryOptions): Summary => {
  const { add, result } = make(options)
  for (const record of records) {
    add(record)
  }
  return result()
}

const isFacts = (record: DecodedLine | Facts): record is Facts =>
  !("span" in record) && !("metric" in record) && !("dropped" in record)
