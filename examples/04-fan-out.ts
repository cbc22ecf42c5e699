/**
 * Several sinks at once: console, memory and file get the same spans with the same ids.
 *
 * npx tsx examples/04-fan-out.ts
 */
import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { Effect } from "effect"
import { ConsoleTelemetry, FileTelemetry, InMemoryTelemetry, MultiTelemetry, NoTelemetryLive } from "loom-telemetry"
import { run } from "./arithmetic.js"

const sinks = (path: string) =>
  MultiTelemetry.layer([
    ConsoleTelemetry.layer({ stream: process.stdout, showMetrics: false, order: "tree", width: 100 }),
    InMemoryTelemetry.layer(),
    FileTelemetry.layer(path),
    NoTelemetryLive
  ])

const work = Effect.gen(function*() {
  yield* run
  // Whatever else the sinks provide is still there.
  const memory = yield* InMemoryTelemetry
  return yield* memory.spans
})

const program = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = `${yield* fs.makeTempDirectoryScoped()}/traces.jsonl`
  const inMemory = yield* work.pipe(Effect.provide(sinks(path)))

  const lines = (yield* fs.readFileString(path)).trimEnd().split("\n").map((line) => JSON.parse(line))
  const inFile = lines.filter((record) => record.kind === "span")
  const same = inMemory.length === inFile.length &&
    inMemory.every((span, index) => span.spanId === inFile[index].span_id && span.traceId === inFile[index].trace_id)
  console.log(`${inMemory.length} spans in memory, ${inFile.length} in the file, the same ids: ${same ? "yes" : "no"}`)
})

await Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer)))
