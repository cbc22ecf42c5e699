import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { metric, score, span } from "../readers/lines.js"
import { installedIn } from "./bundle.js"
import { loom } from "./command.js"

let folder = ""
let bin = ""
let traces = ""

const lines = [
  span({ name: "loom.model.stream", id: 3, parent: 2, attributes: { model: "m", tokens_in: 5, cost_usd: 0.25 } }),
  span({ name: "loom.model.stream", id: 4, parent: 2, attributes: { model: "m", tokens_in: 7, cost_usd: 0.5 } }),
  // A call of another producer, inside a span that wraps it.
  span({
    name: "chat n",
    id: 5,
    parent: 4,
    attributes: { "gen_ai.operation.name": "chat", "gen_ai.request.model": "n" }
  }),
  span({ name: "loom.tool", id: 6, parent: 2, attributes: { tool: "t", ok: false }, outcome: "failure", ms: 2.5 }),
  span({ name: "loom.run", id: 2, attributes: { agent: "a", "it's": "quoted" } }),
  metric({ name: "loom.cost.usd", value: 0.5, id: 3 }),
  score({ name: "correct", value: 1 })
]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "loom-sql-"))
  bin = await installedIn(folder)
  traces = join(folder, "traces.jsonl.gz")
  writeFileSync(traces, gzipSync(`${lines.join("\n")}\n`))
})

afterAll(() => rmSync(folder, { recursive: true }))

const sql = (...args: ReadonlyArray<string>) =>
  new Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }>((resolve) =>
    execFile(
      process.execPath,
      [bin, "sql", ...args],
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr })
    )
  )

describe("sql", () => {
  it.each([
    ["select count(*)::int as n from spans", [{ n: 5 }]],
    ["select model, tokens_in from model_calls order by span_id", [{ model: "m", tokens_in: 5 }, {
      model: "n",
      tokens_in: null
    }]],
    ["select tool, ok, outcome, duration_ms from tools", [{
      tool: "t",
      ok: false,
      outcome: "failure",
      duration_ms: 2.5
    }]],
    ["select agent, attributes->>'it''s' as own from runs", [{ agent: "a", own: "quoted" }]],
    ["select name, value, right(span_id, 1) as span from metrics", [{ name: "loom.cost.usd", value: 0.5, span: "3" }]],
    ["select name, value, source from scores", [{ name: "correct", value: 1, source: "code" }]],
    ["select started_at::varchar as at from runs", [{ at: "2026-01-31 12:00:00" }]]
  ])("answers %s", async (query, rows) => {
    const { code, stderr, stdout } = await sql("--json", query, traces)
    expect([code, stderr]).toEqual([0, ""])
    expect(stdout.trim().split("\n").map((line) => JSON.parse(line))).toEqual(rows)
  })

  it("prints at most --limit rows, and says so", async () => {
    const { code, stderr, stdout } = await sql("--limit", "2", "select i from range(1000000000) t(i)", traces)
    expect([code, stdout]).toEqual([0, "i\n0\n1\n"])
    expect(stderr).toContain("only the first 2 rows")
  })

  it("escapes what a record could do to a terminal", async () => {
    expect((await sql("select chr(27) || '[2J' as x", traces)).stdout).not.toContain("\u001b")
  })

  it("writes Parquet that only its owner can read, and never through a symbolic link", async () => {
    const out = join(folder, "it's.parquet")
    expect(await sql("--to", out, "select * from spans; ", traces)).toMatchObject({ code: 0, stdout: "" })
    expect(readFileSync(out).subarray(0, 4).toString()).toBe("PAR1")
    expect(statSync(out).mode & 0o777).toBe(0o600)
    const link = join(folder, "link.parquet")
    symlinkSync(out, link)
    expect(await sql("--to", link, "select 1", traces)).toMatchObject({ code: 3 })
  })

  it.each([
    ["an invalid query", ["nonsense"], 3, "DuckDB: "],
    ["a missing file", ["select 1", "missing.jsonl"], 3, "no such file"]
  ])("fails with a message for %s", async (_, args, code, message) => {
    const ended = await sql(...args.concat(args.length === 1 ? [traces] : []))
    expect(ended.code).toBe(code)
    expect(ended.stderr).toContain(message)
  })

  it("explains how to install DuckDB if it is missing", async () => {
    const { code, stderr } = await loom(["sql", "select 1"], { input: `${lines[0]}\n` })
    expect(code).toBe(3)
    expect(stderr).toContain("npm install @duckdb/node-api")
  })
})
