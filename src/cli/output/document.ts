/**
 * The JSON that commands print. Names are in snake_case, as in the file.
 */
import type { ScoreRow, Summary, SummaryRow } from "../../readers/TraceSummary.js"
import type { TraceNode } from "../../readers/TraceTree.js"
import type { NodeUsage } from "../../readers/usage/treeUsage.js"
import { isoFromNanos } from "../../records/instants.js"
import type { ScoreData } from "../../records/ScoreData.js"

/** `scores` are those that the span shows. */
export const spanDocument = (node: TraceNode, scores: ReadonlyArray<ScoreData> = node.scores) => ({
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
  ...(scores.length > 0 && { scores: scores.map(scoreDocument) }),
  ...(node.orphan && { orphan: true }),
  ...(node.duplicate && { duplicate: true }),
  ...(node.cyclic && { cyclic: true })
})

const scoreDocument = ({ spanId, time, traceId, ...score }: ScoreData) => ({
  ...score,
  trace_id: traceId,
  span_id: spanId,
  scored_at: isoFromNanos(time)
})

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

export const scoreRowDocument = ({ labels, ...row }: ScoreRow) => ({
  ...row,
  labels: Object.fromEntries(labels.map(({ count, label }) => [label, count]))
})

export const summaryDocument = ({ by, usage, from, scores, to, ...counts }: Summary) => ({
  ...counts,
  from: from ?? null,
  to: to ?? null,
  usage: usageDocument(usage),
  scores: scores.map(scoreRowDocument),
  by: Object.fromEntries(Object.entries(by).map(([dimension, rows]) => [dimension, rows.map(rowDocument)]))
})

// Characters that JSON.stringify does not escape but a terminal interprets: DEL, C1, and those listed in `escape.ts` of the records.
const unsafe =
  /[\u007f-\u009f\u061c\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu

const escapeOne = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`
  ).join("")

/** Escapes those characters. The JSON keeps its meaning, because they can only occur in strings. */
export const terminalSafe = (json: string): string => json.replace(unsafe, escapeOne)

/** A value as one line of JSON, with its newline. */
export const jsonLine = (value: unknown): string => `${terminalSafe(JSON.stringify(value))}\n`
