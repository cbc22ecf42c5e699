/**
 * Sample files of every kind, in a temporary directory.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { FileTelemetry, Loom, RunContext, Telemetry } from "loom-telemetry"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { asPython } from "../readers/lines.js"

/** Files in a temporary folder. */
export interface Samples {
  readonly path: (name: string) => string
  readonly write: (name: string, content: string | Uint8Array) => string
  readonly remove: () => void
}

/** An empty folder. */
export const folder = (): Samples => {
  const root = mkdtempSync(join(tmpdir(), "loom-cli-"))
  const path = (name: string): string => join(root, name)
  const write = (name: string, content: string | Uint8Array): string => {
    writeFileSync(path(name), content)
    return path(name)
  }
  return { path, write, remove: () => rmSync(root, { recursive: true, force: true }) }
}

class NoAnswer extends Data.TaggedError("NoAnswer")<{ readonly message: string }> {}

/** An agent run: turns with a model call and a tool, some of which fail. */
const run = (agent: string, user: string, turns: number) =>
  Effect.forEach(Array.from({ length: turns }, (_, turn) => turn), (turn) =>
    Effect.gen(function*() {
      const model = turn % 2 === 0 ? "gpt-5" : "claude"
      yield* Effect.gen(function*() {
        yield* Loom.tokensInput(100 + turn, { model })
        yield* Loom.tokensOutput(10 + turn, { model })
        yield* Loom.costUsd(0.25, { model })
        yield* Telemetry.annotate({ tokens_in: 100 + turn, tokens_out: 10 + turn, cost_usd: 0.25 })
      }).pipe(Telemetry.withSpan("loom.model.stream", { model, provider: "test", streaming: true }))
      yield* (turn === 1 ? Effect.fail(new NoAnswer({ message: "no answer, try later" })) : Effect.void).pipe(
        Telemetry.withSpan("loom.tool", { tool: "search", call_id: `c${turn}` }),
        Effect.ignore
      )
    }).pipe(Telemetry.withSpan("loom.turn", { turn }))).pipe(
      Telemetry.withSpan("loom.run", { agent, max_turns: turns }),
      Effect.provideService(RunContext, { userId: user, sessionId: `s-${user}` })
    )

/** Runs of two users, recorded by the file sink. */
const record = (path: string): Promise<void> =>
  Effect.all([run("planner", "alice", 3), run("writer", "bob", 2), run("planner", "alice", 1)], { discard: true }).pipe(
    Effect.provide(Layer.provide(FileTelemetry.layer(path), NodeFileSystem.layer)),
    Effect.runPromise
  )

/** All kinds of files. `missing.jsonl` does not exist. */
export const samples = async (): Promise<Samples> => {
  const files = folder()
  await record(files.path("ours.jsonl"))
  const ours = readFileSync(files.path("ours.jsonl"), "utf8")
  const lines = ours.trimEnd().split("\n")
  const original = lines.filter((line) => !line.includes("\"span_start\"")).map(withoutUsage).map(asPython)
  files.write("python.jsonl", `${original.join("\n")}\n`)
  files.write("torn.jsonl", ours.slice(0, -40))
  files.write("ours.jsonl.gz", gzipSync(ours))
  files.write("cut.jsonl.gz", gzipSync(ours).subarray(0, -200))
  files.write("empty.jsonl", "")
  files.write("foreign.jsonl", "Dear reader,\nthis is no trace file.\n{\"a\":1}\n")
  mkdirSync(files.path("folder"))
  return files
}

/** LoomFlow records usage only in metrics, which do not name their span. */
const withoutUsage = (line: string): string => {
  const record = JSON.parse(line) as { readonly [key: string]: unknown; readonly attributes: object }
  const { cost_usd: _c, tokens_in: _i, tokens_out: _o, ...attributes } = record.attributes as {
    readonly [key: string]: unknown
  }
  const { span_id, trace_id, ...rest } = record
  return JSON.stringify(
    record["kind"] === "metric" ? { ...rest, attributes } : { ...rest, trace_id, span_id, attributes }
  )
}
