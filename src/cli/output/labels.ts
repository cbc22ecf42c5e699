/**
 * What rows of a summary are called.
 */
import type { SummaryRow } from "../../readers/TraceSummary.js"
import { escapeText } from "../../records/terminal/escape.js"

/** The label of a row, safe to print. */
export const labelOf = ({ label, other }: SummaryRow): string =>
  other ? "(all others)" : label === null ? "(none)" : label === "" ? "\"\"" : escapeText(label)
