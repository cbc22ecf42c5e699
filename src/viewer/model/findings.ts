/**
 * The problems that the readers find in the records, each with the spans that it concerns.
 */
import { builder, type Finding } from "../../readers/Findings.js"
import type { TraceEntry } from "../../readers/TraceEntry.js"
import type { DecodedLine } from "../../records/wire/line.js"

/** One of the first ten places of a finding. */
export interface FindingPlace {
  /** A name or a problem. Untrusted text: see `format`. */
  readonly example: string
  /** Where to look; `undefined` if it is not a span. */
  readonly span: { readonly traceId: string; readonly spanId: string } | undefined
}

export interface FindingView extends Pick<Finding, "kind" | "severity" | "count" | "message"> {
  readonly places: ReadonlyArray<FindingPlace>
}

/** The findings for these entries, from any number of files, errors first. */
export const findingsOf = (entries: ReadonlyArray<TraceEntry>): ReadonlyArray<FindingView> => {
  const { add, result } = builder()
  // Several files share line numbers, so each entry gets a number of its own here.
  entries.forEach((entry, at) => add({ ...entry, line: at }))
  return result().findings.map(({ count, examples, kind, lines, message, severity }) => ({
    kind,
    severity,
    count,
    message,
    places: examples.map((example, at) => ({ example, span: spanOf(entries[lines[at]!]) }))
  }))
}

const spanOf = (entry: TraceEntry | undefined): FindingPlace["span"] =>
  entry?.kind === "record" ? spanOfRecord(entry.record) : undefined

const spanOfRecord = (record: DecodedLine): FindingPlace["span"] => {
  switch (record.kind) {
    case "span":
    case "span_start":
      return { traceId: record.span.traceId, spanId: record.span.spanId }
    case "metric":
    case "score":
    case "dropped":
      return undefined
  }
}
