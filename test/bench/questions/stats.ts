/**
 * How many megabytes per second does the installed `stats` command read, including its start? Compared with reading the lines of the same file and
 * calling `JSON.parse` for each, in one thread that is already running; and with other readers: Node's own line reader, and DuckDB, which uses all
 * processors. `sql` loads the records into DuckDB; `mcp` answers a client that asks for the same numbers.
 */
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js"
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { Question, Reading } from "../Case.js"
import { median } from "../measure.js"
import { duckdb, parse, readline } from "../otherReaders.js"
import { writeRuns } from "../runsFile.js"

/** Goals apply to 100 MB. Set `BENCH_FILE_MB=1000` for a gigabyte. */
const fileSize = Number(process.env["BENCH_FILE_MB"] ?? 100) * 1e6
const rounds = 3

const bin = fileURLToPath(new URL("../../dist/cli/bin.js", import.meta.url))

/** Megabytes per second, the median over the rounds. `read` returns the number of records that it read. */
const perSecond = (read: (path: string) => Promise<number>) => async (): Promise<Reading> => {
  const folder = mkdtempSync(join(tmpdir(), "loom-bench-"))
  try {
    const path = join(folder, "records.jsonl")
    const { bytes, records } = writeRuns(path, fileSize)
    const found: Array<number> = []
    for (let round = 0; round < rounds; round++) {
      const start = process.hrtime.bigint()
      const seen = await read(path)
      found.push(bytes / 1e6 / (Number(process.hrtime.bigint() - start) / 1e9))
      if (seen !== records) {
        throw new Error(`${seen} of ${records} records were read`)
      }
    }
    return { value: median(found) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const loom = async (...args: ReadonlyArray<string>): Promise<string> =>
  (await promisify(execFile)(process.execPath, [bin, ...args], { maxBuffer: 1 << 28 })).stdout

const recordsIn = (summary: string): number => {
  const { metrics, spans } = JSON.parse(summary) as { readonly metrics: number; readonly spans: number }
  return metrics + spans
}

const ours = async (path: string): Promise<number> => recordsIn(await loom("stats", "--json", path))

const sql = async (path: string): Promise<number> => {
  const query = "select (select count(*) from spans)::int as spans, (select count(*) from metrics)::int as metrics"
  return recordsIn(await loom("sql", "--json", query, path))
}

const mcp = async (path: string): Promise<number> => {
  const client = new Client({ name: "bench", version: "1" })
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [bin, "mcp", path] }))
  const { content } = await client.callTool({ name: "stats", arguments: {} })
  await client.close()
  const [{ text }] = content as readonly [{ readonly text: string }]
  const [, spans, metrics] = /^([\d,]+) spans? in .*, ([\d,]+) measurements?/.exec(text) ?? []
  return [spans, metrics].reduce((sum, count = "") => sum + Number(count.replaceAll(",", "")), 0)
}

export const cases: Question["cases"] = {
  ours: perSecond(ours),
  parse: perSecond(parse),
  readline: perSecond(readline),
  duckdb: perSecond(duckdb),
  sql: perSecond(sql),
  mcp: perSecond(mcp)
}
