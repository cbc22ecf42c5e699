/**
 * Finds problems in a file and returns them as data: lines without a record, spans that never ended, missing parents, duplicate ids.
 *
 * Works in one pass and holds a few hundred bytes per span. A missing parent is a warning, because it may be in another service's file; only signs of lost
 * or damaged records are errors.
 */
import { Search } from "./findings/Search.js"
import type { FindingsReport } from "./findings/Tallies.js"
import type { TraceEntry } from "./TraceEntry.js"

export type { Finding, FindingKind, FindingsReport, Severity } from "./findings/Tallies.js"

/** Collects the entries of a file. */
export interface FindingsBuilder {
  /** Adds the next entry, in file order. */
  readonly add: (entry: TraceEntry) => void
  /** The findings so far. Can be called repeatedly. */
  readonly result: () => FindingsReport
}

/** An empty builder. */
export const builder = (): FindingsBuilder => {
  const search = new Search()
  return { add: (entry) => search.add(entry), result: () => search.found().report(search.records) }
}

/** The findings for these entries. */
export const of = (entries: Iterable<TraceEntry>): FindingsReport => {
  const { add, result } = builder()
  for (const entry of entries) {
    add(entry)
  }
  return result()
}
