/**
 * Write spans and metrics to a file as JSON lines, and query them with `jq`.
 *
 * npx tsx examples/03-file.ts
 */
import { Command, FileSystem } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Effect } from "effect"
import { FileTelemetry, Loom } from "loom-telemetry"
import { run } from "./arithmetic.js"

const queries = [
  ["Spans that took longer than a second", "select(.kind==\"span\" and .duration_ms > 1000)"],
  ["What one user did", "select(.attributes.user_id==\"alice\")"],
  ["What it cost", "select(.kind==\"metric\" and .name==\"loom.cost.usd\")"]
] as const

/** Something to look for: an agent's run with its cost, and a slow tool. */
const work = Effect.gen(function*() {
  yield* run
  yield* Effect.sleep("1.1 seconds").pipe(Loom.tool({ tool: "search", user_id: "bob" }))
})

/** The lines that a query selects, or a note that `jq` is missing. */
const ask = (query: string, path: string) =>
  Command.lines(Command.make("jq", "-c", query, path)).pipe(
    Effect.catchAll(() => Effect.succeed(["jq is not installed: nothing to show"]))
  )

const program = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = `${yield* fs.makeTempDirectoryScoped()}/traces.jsonl`
  // When the layer is released, everything is in the file.
  yield* work.pipe(Effect.provide(FileTelemetry.layer(path)))

  for (const [title, query] of queries) {
    console.log(`\n${title}: jq -c '${query}' traces.jsonl`)
    for (const line of yield* ask(query, path)) {
      console.log(`  ${line}`)
    }
  }
})

program.pipe(Effect.scoped, Effect.provide(NodeContext.layer), NodeRuntime.runMain)
