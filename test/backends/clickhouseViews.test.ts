/**
 * The views of docs/sql/clickhouse.sql over object storage, run by ClickHouse's engine over a compressed file instead.
 */
import { NodeFileSystem } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { FileTelemetry, RunContext } from "loom-telemetry"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { clickhouse, execute, rows } from "./clickhouse.js"
import { describeWith } from "./installed.js"
import { temporaryFolder } from "./server.js"
import { identity, model, spanCount, supervise } from "./supervised.js"

const inTheirPlace = "s3('https://bucket.s3.amazonaws.com/traces/*.jsonl.gz',"

/** The statements of docs/sql/clickhouse.sql, reading this file. */
const viewsOver = (file: string): ReadonlyArray<string> => {
  const text = readFileSync(new URL("../../docs/sql/clickhouse.sql", import.meta.url), "utf8")
  expect(text).toContain(inTheirPlace)
  return text.replace(inTheirPlace, `file('${file}',`).split(/;\n/).filter((statement) => statement.trim() !== "")
}

describeWith("clickhouse", "The ClickHouse views of the documentation", () => {
  it.scopedLive("return the spans, calls, runs and tools of a compressed file", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const path = join(folder, "traces.jsonl")
      const result = yield* supervise("none").pipe(
        RunContext.with(identity),
        Effect.provide(FileTelemetry.layer(path).pipe(Layer.provide(NodeFileSystem.layer), Layer.orDie))
      )
      const compressed = join(folder, "traces.jsonl.gz")
      writeFileSync(compressed, gzipSync(readFileSync(path)))
      const url = yield* clickhouse
      yield* Effect.forEach(viewsOver(compressed), (statement) => execute(url, statement), { discard: true })
      const answers = (query: string) => rows(url, query, "default")

      expect(yield* answers("select count() as spans, count(distinct trace_id) as traces from spans")).toEqual([
        { spans: spanCount, traces: 1 }
      ])
      const calls = "select model, count() as calls, sum(tokens_in) as tokens_in, sum(tokens_out) as tokens_out, " +
        "sum(cost_usd) as cost from model_calls group by model"
      expect(yield* answers(calls)).toEqual([{
        model,
        calls: result.turns + 2 + 1,
        tokens_in: result.tokensIn,
        tokens_out: result.tokensOut,
        cost: expect.closeTo(result.costUsd!, 12)
      }])
      expect(yield* answers("select agent from runs where parent_span_id is null")).toEqual([{ agent: "editor" }])
      expect(yield* answers("select tool, ok, count() as calls from tools group by all order by tool, ok")).toEqual([
        { tool: "delegate", ok: 0, calls: 1 },
        { tool: "delegate", ok: 1, calls: 2 },
        { tool: "search", ok: 1, calls: 1 }
      ])
      const [instants] = yield* answers("select min(started_at) as started_at from spans where name = 'loom.run'")
      const first = JSON.parse(readFileSync(path, "utf8").split("\n").find((line) => line.includes("loom.run"))!) as {
        readonly started_at: string
      }
      expect(instants!["started_at"].slice(0, 10)).toBe(first.started_at.slice(0, 10))
    }), 120_000)
})
