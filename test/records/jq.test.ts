/**
 * Runs the three documented queries with the real jq.
 */
import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { FileTelemetry, Loom, RunContext, Telemetry } from "loom-telemetry"
import { execFileSync, spawnSync } from "node:child_process"

const hasJq = spawnSync("jq", ["--version"]).status === 0

const query = (filter: string, path: string): ReadonlyArray<any> =>
  execFileSync("jq", ["-c", filter, path], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line))

const program = Effect.gen(function*() {
  yield* TestClock.adjust("1500 millis").pipe(Loom.modelStream({ model: "m" }))
  yield* Loom.costUsd(0.25, { model: "m" })
  yield* Loom.tokensInput(12, { model: "m" })
}).pipe(
  Loom.run({ agent: "a", architecture: "agent" }),
  RunContext.with({ userId: "alice", sessionId: "s" }),
  Effect.zipRight(Telemetry.withSpan(Effect.void, "someone else's", { user_id: "bob", note: "\n\u001b[2J" }))
)

const written = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = `${yield* fs.makeTempDirectoryScoped()}/traces.jsonl`
  yield* Effect.provide(program, FileTelemetry.layer(path))
  return path
})

describe.skipIf(!hasJq)(`jq over a written file${hasJq ? "" : " (skipped: jq is not installed)"}`, () => {
  it.scoped("finds the spans that took longer than a second", () =>
    Effect.gen(function*() {
      const found = query("select(.kind==\"span\" and .duration_ms > 1000)", yield* written)
      expect(found.map((span) => [span.name, span.duration_ms])).toEqual([
        ["loom.model.stream", 1500],
        ["loom.run", 1500]
      ])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("finds all records of one user", () =>
    Effect.gen(function*() {
      const found = query("select(.attributes.user_id==\"alice\")", yield* written)
      expect(found.map((record) => `${record.kind} ${record.name}`)).toEqual([
        "span loom.model.stream",
        "metric loom.cost.usd",
        "metric loom.tokens.input",
        "span loom.run"
      ])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.scoped("finds the cost of model calls", () =>
    Effect.gen(function*() {
      const found = query("select(.kind==\"metric\" and .name==\"loom.cost.usd\")", yield* written)
      expect(found.map((metric) => metric.value)).toEqual([0.25])
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})
