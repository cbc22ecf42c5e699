/**
 * The tables that records are loaded into, and the views that queries use.
 *
 * The columns of a span mean the same for every producer; its attributes are JSON, under their original names.
 */
import { knownSpan } from "../../readers/usage/measures.js"
import type { ScoreData } from "../../records/ScoreData.js"
import type { MetricData, SpanData } from "../../records/SpanData.js"
import type { AttributeKey } from "../../records/vocabulary.js"

/** A value of a column. */
export type Cell = string | number | bigint | boolean | null

/** The types of columns that are used. */
export type ColumnType = "VARCHAR" | "BIGINT" | "DOUBLE" | "BOOLEAN"

/** A table: its columns in order, with their types. */
export type Table = { readonly [column: string]: ColumnType }

/** The attributes that are columns of every span. */
const texts = ["agent", "model", "provider", "tool", "user_id", "session_id", "run_id", "finish_reason"] as const
const numbers = [
  "tokens_in",
  "tokens_out",
  "cached_tokens_in",
  "reasoning_tokens_out",
  "cost_usd",
  "ttft_ms",
  "turns"
] as const satisfies ReadonlyArray<AttributeKey>

const columnsOf = <T extends ColumnType>(names: ReadonlyArray<AttributeKey>, type: T): { readonly [name: string]: T } =>
  Object.fromEntries(names.map((name) => [name, type]))

/** The tables, by their names. */
export const tables = {
  span_rows: {
    trace_id: "VARCHAR",
    span_id: "VARCHAR",
    parent_span_id: "VARCHAR",
    name: "VARCHAR",
    role: "VARCHAR",
    start_ns: "BIGINT",
    end_ns: "BIGINT",
    outcome: "VARCHAR",
    exception: "VARCHAR",
    ok: "BOOLEAN",
    ...columnsOf(texts, "VARCHAR"),
    ...columnsOf(numbers, "DOUBLE"),
    attributes: "VARCHAR"
  },
  metric_rows: {
    name: "VARCHAR",
    value: "DOUBLE",
    trace_id: "VARCHAR",
    span_id: "VARCHAR",
    time_ns: "BIGINT",
    attributes: "VARCHAR"
  },
  score_rows: {
    name: "VARCHAR",
    value: "DOUBLE",
    label: "VARCHAR",
    explanation: "VARCHAR",
    source: "VARCHAR",
    trace_id: "VARCHAR",
    span_id: "VARCHAR",
    time_ns: "BIGINT",
    attributes: "VARCHAR"
  }
} as const satisfies { readonly [name: string]: Table }

/** The name of a table. */
export type TableName = keyof typeof tables

/** The statements that create the views over the tables. */
export const views: ReadonlyArray<string> = [
  "create view spans as select trace_id, span_id, parent_span_id, name, role, " +
  "make_timestamp_ns(start_ns) as started_at, make_timestamp_ns(end_ns) as ended_at, " +
  "(end_ns - start_ns) / 1e6 as duration_ms, " +
  "* exclude (trace_id, span_id, parent_span_id, name, role, start_ns, end_ns, attributes), " +
  "attributes::json as attributes from span_rows",
  "create view metrics as select name, value, trace_id, span_id, make_timestamp_ns(time_ns) as emitted_at, " +
  "attributes::json as attributes from metric_rows",
  "create view scores as select name, value, label, explanation, source, trace_id, span_id, " +
  "make_timestamp_ns(time_ns) as scored_at, attributes::json as attributes from score_rows",
  // A model span may wrap another of the same call.
  "create view model_calls as select * from spans s where role = 'model' and not exists (" +
  "select 1 from spans c where c.role = 'model' and c.trace_id = s.trace_id and c.parent_span_id = s.span_id)",
  "create view runs as select * from spans where role = 'run'",
  "create view tools as select * from spans where role = 'tool'"
]

const textOf = (value: unknown): string | null =>
  value === undefined || value === null ? null : typeof value === "string" ? value : JSON.stringify(value)

const numberOf = (value: unknown): number | null => typeof value === "number" ? value : null

/** The row of a span. */
export const spanRow = (span: SpanData): ReadonlyArray<Cell> => {
  const { meaning: { attributes, role } } = knownSpan(span)
  const ok = attributes["ok"]
  return [
    span.traceId,
    span.spanId,
    span.parentSpanId,
    span.name,
    role ?? null,
    span.start,
    span.end,
    span.outcome,
    textOf(span.exception),
    typeof ok === "boolean" ? ok : null,
    ...texts.map((name) => textOf(attributes[name])),
    ...numbers.map((name) => numberOf(attributes[name])),
    JSON.stringify(span.attributes)
  ]
}

/** The row of a measurement. */
export const metricRow = ({ attributes, name, spanId, time, traceId, value }: MetricData): ReadonlyArray<Cell> => [
  name,
  value,
  traceId ?? null,
  spanId ?? null,
  time,
  JSON.stringify(attributes)
]

/** The row of a score. */
export const scoreRow = (score: ScoreData): ReadonlyArray<Cell> => [
  score.name,
  score.value,
  score.label,
  score.explanation,
  score.source,
  score.traceId,
  score.spanId,
  score.time,
  JSON.stringify(score.attributes)
]
