/**
 * Rules out, without parsing, lines that belong to none of the wanted traces. A line that may belong to one must be decoded and its id compared.
 */
import { ownLead } from "../otlpSkipped.js"

// An id up to its end or first escape.
const ids = /"trace_id"\s*:\s*(?:null|"([^"\\]*)("|\\))/g

/** Whether the line may belong to a trace whose id is wanted. */
export const mayBelong = (text: string, isWanted: (traceId: string) => boolean): boolean => {
  // A request may have spans of many traces.
  if (!text.startsWith(ownLead)) {
    return true
  }
  let found = false
  for (const [, id, end] of text.matchAll(ids)) {
    found = true
    if (end === "\\" || (id !== undefined && isWanted(id))) {
      return true
    }
  }
  return !found
}
