/**
 * Other ways to read the lines of a trace file. Each returns the number of records that it read.
 */
import { DuckDBInstance } from "@duckdb/node-api"
import { createReadStream } from "node:fs"
import { createInterface } from "node:readline"

/** The minimum that any reader has to do: decode chunks, split lines with `indexOf`, parse them. */
export const parse = async (path: string): Promise<number> => {
  const decoder = new TextDecoder()
  let rest = ""
  let seen = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    const text = rest + decoder.decode(chunk as Uint8Array, { stream: true })
    let from = 0
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      const record: unknown = JSON.parse(text.slice(from, end))
      seen += record === null ? 0 : 1
      from = end + 1
    }
    rest = text.slice(from)
  }
  return seen
}

export const readline = async (path: string): Promise<number> => {
  let seen = 0
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    seen += JSON.parse(line) === null ? 0 : 1
  }
  return seen
}

/** Counts, durations and cost by name: a part of what `stats` computes. */
export const duckdb = async (path: string): Promise<number> => {
  const connection = await (await DuckDBInstance.create(":memory:")).connect()
  const reader = await connection.runAndReadAll(`
    select name, count(*)::int as records, quantile_cont(duration_ms, [0.5, 0.95, 0.99]) as durations,
      sum((attributes->>'cost_usd')::double) as cost
    from read_json('${path}', format = 'newline_delimited',
      columns = { name: 'varchar', duration_ms: 'double', attributes: 'json' })
    group by name`)
  connection.closeSync()
  return reader.getRowObjectsJson().reduce((sum, { records }) => sum + Number(records), 0)
}
