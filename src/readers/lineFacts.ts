/**
 * Reads the facts of a line: those of one record of this package, or of all records in an OTLP request.
 */
import { decodeFacts, type Facts, factsOf } from "../records/wire/facts.js"
import type { Line } from "./LineSplitter.js"
import { otlpEntries } from "./TraceEntry.js"

/** What to do with the content of a line. */
export interface FactsHandler {
  /** Takes the facts of a record, and its line from 1. */
  readonly add: (facts: Facts, line: number) => void
  /** Called for a line, or a span of a request, that could not be read. */
  readonly bad: (torn: boolean) => void
}

/** Passes on the facts of a line; returns whether it held a record. */
export const takeFacts = (source: Line, { add, bad }: FactsHandler): boolean => {
  const { line, overlong, text, torn } = source
  const facts = overlong > 0 ? undefined : decodeFacts(text, line)
  if (facts !== undefined && !("_tag" in facts)) {
    add(facts, line)
    return true
  }
  const entries = overlong > 0 ? undefined : otlpEntries(source)
  if (entries === undefined) {
    bad(torn)
    return false
  }
  let hasRecord = false
  for (const entry of entries) {
    if (entry.kind === "record") {
      hasRecord = true
      add(factsOf(entry.record), line)
    } else {
      bad(torn)
    }
  }
  return hasRecord
}
