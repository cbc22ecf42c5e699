/**
 * The shape of a summary. `TraceSummary` makes it.
 */
import type { Usage } from "../usage/Amounts.js"
import type { Dimension } from "./summaryDimensions.js"
import type { SummaryRow } from "./SummaryTable.js"

/** What a file comes to. */
export interface Summary {
  /** Finished spans. */
  readonly spans: number
  /** Measurements. */
  readonly metrics: number
  /** Different trace ids; one whose records lie too far apart counts more than once. */
  readonly traces: number
  /** Spans that opened and have not ended, where the file says when they opened. */
  readonly opened: number
  /** Records that were not written, as the writers say. */
  readonly dropped: number
  /** Lines without a record, a torn one included. */
  readonly bad: number
  /** Last lines without an end that hold no record. */
  readonly torn: number
  /** The first instant in the file, ISO-8601 in UTC; `undefined` where there is none. */
  readonly from: string | undefined
  /** The last one. */
  readonly to: string | undefined
  /** Finished spans that failed, tools that are not `ok` included. */
  readonly failures: number
  /** Finished spans that were interrupted. */
  readonly interrupted: number
  /** All tokens and cost, each counted once. */
  readonly usage: Usage
  /** Rows by cost, then tokens, then count, the greatest first. Each column of usage adds up to the whole. */
  readonly by: { readonly [D in Dimension]: ReadonlyArray<SummaryRow> }
}
