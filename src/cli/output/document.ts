/**
 * JSON that commands print: names as on the wire, in snake_case.
 */
import type { Summary, SummaryRow } from "../../readers/TraceSummary.js"
import type { TraceNode } from "../../readers/TraceTree.js"
import type { NodeUsage } from "../../readers/usage/treeUsage.js"
import { isoFromNanos } from "../../records/instants.js"
import type { DecodedLine } from "../../records/wire/decode.js"
import { encodeDropped, encodeMetric, encodeSpan, encodeSpanStart } from "../../records/wire/encode.js"

/** A span, without its children. */
export const spanDocument = (node: TraceNode) => ({
  name: node.name,
  trace_id: node.traceId,
  span_id: node.spanId,
  parent_span_id: node.parentSpanId,
  state: node.state,
  started_at: isoFromNanos(node.start),
  duration_ms: node.durationMs ?? null,
  outcome: node.outcome ?? null,
  exception: node.exception,
  attributes: node.attributes,
  line: node.line,
  ...(node.orphan && { orphan: true }),
  ...(node.duplicate && { duplicate: true }),
  ...(node.cyclic && { cyclic: true })
})

/** Usage, as on the wire. */
export const usageDocument = ({ cachedTokensIn, costUsd, tokensIn, tokensOut }: NodeUsage["total"]) => ({
  tokens_in: tokensIn,
  cached_tokens_in: cachedTokensIn,
  tokens_out: tokensOut,
  cost_usd: costUsd
})

const rowDocument = ({ count, durationMs, failures, interrupted, label, other, usage }: SummaryRow) => ({
  label,
  other,
  count,
  failures,
  interrupted,
  duration_ms: durationMs,
  usage: usageDocument(usage)
})

/** A summary. */
export const summaryDocument = ({ by, usage, from, to, ...counts }: Summary) => ({
  ...counts,
  from: from ?? null,
  to: to ?? null,
  usage: usageDocument(usage),
  by: Object.fromEntries(Object.entries(by).map(([dimension, rows]) => [dimension, rows.map(rowDocument)]))
})

/** A record as its line in a file. */
export const wireDocument = (record: DecodedLine): string => {
  switch (record.kind) {
    case "span":
      return encodeSpan(record.span)
    case "span_start":
      return encodeSpanStart(record.span)
    case "metric":
      return encodeMetric(record.metric)
    case "dropped":
      return encodeDropped(record.dropped)
  }
}

// What JSON.stringify leaves alone but a terminal obeys: DEL, C1, and the characters that `escape.ts` of the records names.
const unsafe =
  /[\u007f-\u009f\u061c\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu

const escapeOne = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`
  ).join("")

/** JSON with those characters escaped, which means the same: they can only occur in strings. */
export const terminalSafe = (json: string): string => json.replace(unsafe, escapeOne)

/** A value as one line of JSON, with its newline. */
export const jsonLine = (value: unknown): string => `${terminalSafe(JSON.stringify(value))}\n`
