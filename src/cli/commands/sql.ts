/**
 * `sql`: runs a query over views of the records with DuckDB.
 */
import type { DuckDBConnection } from "@duckdb/node-api"
import * as Effect from "effect/Effect"
import { escapeText } from "../../records/terminal/escape.js"
import { command } from "../command.js"
import type { IoError } from "../Failure.js"
import { UsageError } from "../Failure.js"
import { forEachEntry } from "../input/entries.js"
import { inputPaths } from "../input/input.js"
import { file, wholeNumber } from "../options.js"
import { jsonLine } from "../output/document.js"
import { Output } from "../output/Output.js"
import { tableLines } from "../output/table.js"
import { checkOutput } from "../output/write.js"
import { type Database, openDatabase, step } from "../sql/database.js"
import { metricRow, scoreRow, spanRow } from "../sql/views.js"

const fill = ({ add }: Database, paths: ReadonlyArray<string>): Effect.Effect<void, IoError, Output> =>
  forEachEntry(paths, (entry) => {
    if (entry.kind === "record" && entry.record.kind === "span") {
      add("span_rows", spanRow(entry.record.span))
    } else if (entry.kind === "record" && entry.record.kind === "metric") {
      add("metric_rows", metricRow(entry.record.metric))
    } else if (entry.kind === "record" && entry.record.kind === "score") {
      add("score_rows", scoreRow(entry.record.score))
    }
  })

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

const withoutSemicolon = (query: string): string => query.trim().replace(/;\s*$/, "")

const writeParquet = (connection: DuckDBConnection, query: string, path: string): Effect.Effect<void, IoError> =>
  step(() => connection.run(`copy (${withoutSemicolon(query)}\n) to ${quoted(path)} (format parquet)`))

const cellText = (value: unknown): string =>
  value === null || value === undefined ? "" : escapeText(typeof value === "string" ? value : JSON.stringify(value))

const print = (
  connection: DuckDBConnection,
  query: string,
  { json, limit }: { readonly json: boolean; readonly limit: number }
): Effect.Effect<void, IoError, Output> =>
  Effect.gen(function*() {
    const output = yield* Output
    // Reads one row more, to find out whether there are more.
    const reader = yield* step(() => connection.streamAndReadUntil(query, limit + 1))
    const all = reader.getRowObjectsJson()
    const rows = all.slice(0, limit)
    if (json) {
      yield* Effect.forEach(rows, (row) => output.write(jsonLine(row)), { discard: true })
    } else {
      const names = reader.deduplicatedColumnNames()
      const columns = names.map((heading) => ({ heading: escapeText(heading) }))
      const cells = rows.map((row) => names.map((name) => cellText(row[name])))
      yield* output.write(`${tableLines(columns, cells, output.width).join("\n")}\n`)
    }
    if (all.length > limit) {
      yield* output.log(`only the first ${limit} rows are shown; see --limit and --to`)
    }
  })

export const sql = command({
  name: "sql",
  summary: "Query the records with SQL",
  details: "Runs a DuckDB query over the views spans, model_calls, runs, tools, metrics and scores. " +
    "Needs the package @duckdb/node-api. --json prints one line of JSON per row.",
  arguments: [
    { name: "QUERY", description: "A query, such as 'select model, sum(cost_usd) from model_calls group by all'" },
    {
      name: "FILE",
      description: "A JSON Lines file, plain or gzipped. Without a file, or with -, reads standard input",
      repeated: true
    }
  ],
  options: {
    to: { type: file, description: "Write the whole result to this Parquet file" },
    limit: { type: wholeNumber, default: "1000", description: "Print at most N rows" }
  },
  examples: [
    "sql 'select model, sum(cost_usd) from model_calls group by all' traces.jsonl",
    "sql --json 'select * from tools where not ok' traces.jsonl",
    "sql --to calls.parquet 'select * from model_calls' traces.jsonl.gz"
  ],
  run: ({ files: [query, ...files], json, limit, to }) =>
    query === undefined
      ? Effect.fail(new UsageError({ message: "No query: give it before the files" }))
      : Effect.scoped(Effect.gen(function*() {
        const paths = inputPaths(files)
        yield* to === undefined ? Effect.void : checkOutput(to, paths)
        const database = yield* openDatabase
        yield* fill(database, paths)
        const connection = yield* database.filled
        yield* to === undefined ? print(connection, query, { json, limit }) : writeParquet(connection, query, to)
      }))
})
