/**
 * The views of docs/sql/duckdb.sql, run by DuckDB over a compressed file instead of object storage.
 */
import { DuckDBInstance } from "@duckdb/node-api"
import { afterAll, expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { metric, score, span } from "../readers/lines.js"
import { folder } from "./samples.js"

const files = folder()
afterAll(() => files.remove())

/** The statements, over this file of records. Those that load from the network are left out. */
const statements = (path: string): ReadonlyArray<string> => {
  const text = readFileSync(new URL("../../docs/sql/duckdb.sql", import.meta.url), "utf8")
  expect(text).toContain("'s3://bucket/traces/*.jsonl.gz'")
  return text.replace("s3://bucket/traces/*.jsonl.gz", path).split(/;\s*/)
    .filter((each) => each !== "" && !each.includes("httpfs"))
}

const usage = { model: "m", tokens_in: 100, tokens_out: 10, cost_usd: 0.25 }

it("the views over object storage show each kind of record", async () => {
  const lines = [
    span({ id: 2, parent: 1, name: "loom.model.stream", ms: 5, attributes: usage }),
    span({ id: 3, parent: 1, name: "loom.tool", outcome: "failure", attributes: { tool: "search", ok: false } }),
    span({ id: 1, name: "loom.run", attributes: { agent: "planner", run_id: "r", cost_usd: 0.25 } }),
    metric({ name: "loom.cost.usd", value: 0.25, id: 2, attributes: { model: "m" } }),
    score({ name: "correctness", value: 0.5, label: "half", id: 1 })
  ]
  const path = files.write("object.jsonl.gz", gzipSync(`${lines.join("\n")}\n`))
  const connection = await (await DuckDBInstance.create(":memory:")).connect()
  try {
    for (const statement of statements(path)) {
      await connection.run(statement)
    }
    const rows = async (query: string) => (await connection.runAndReadAll(query)).getRowObjectsJson()
    expect(await rows("select count(*)::int as n, count(started_at)::int as times from spans")).toEqual([{
      n: 3,
      times: 3
    }])
    expect(await rows("select model, tokens_in, tokens_out, cost_usd, duration_ms from model_calls")).toEqual([
      { ...usage, duration_ms: 5 }
    ])
    expect(await rows("select agent, run_id, cost_usd from runs")).toEqual([
      { agent: "planner", run_id: "r", cost_usd: 0.25 }
    ])
    expect(await rows("select tool, ok, outcome from tools")).toEqual([
      { tool: "search", ok: false, outcome: "failure" }
    ])
    expect(await rows("select name, value, attributes->>'$.model' as model from metrics")).toEqual([
      { name: "loom.cost.usd", value: 0.25, model: "m" }
    ])
    expect(await rows("select name, value, label from scores")).toEqual([
      { name: "correctness", value: 0.5, label: "half" }
    ])
  } finally {
    connection.closeSync()
  }
}, 60_000)
