/**
 * One agent, several sinks at once: console, memory and file.
 *
 * npm run demo
 */
import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { Effect } from "effect"
import { ConsoleTelemetry, FileTelemetry, InMemoryTelemetry, MultiTelemetry } from "loom-telemetry"
import { arithmetic, ArithmeticLive } from "./arithmetic.js"

const columns = 100

const heading = (text: string): void => console.log(`\n── ${text} ${"─".repeat(columns - text.length - 4)}`)

/** Headings and the tree both go to standard output, so that they stay in order. */
const sinks = (path: string) =>
  MultiTelemetry.layer([
    ConsoleTelemetry.layer({ stream: process.stdout, order: "tree", showMetrics: false, width: columns }),
    InMemoryTelemetry.layer(),
    FileTelemetry.layer(path)
  ])

const run = arithmetic.run("What is 2 + 3?", { userId: "alice", sessionId: "chat-7" })

const watched = Effect.gen(function*() {
  heading("The agent, as it ran (ConsoleTelemetry)")
  const result = yield* run
  console.log(`\nWhat is 2 + 3? ${result.output}`)
  return yield* Effect.flatMap(InMemoryTelemetry, (memory) => memory.metrics)
})

const program = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = `${yield* fs.makeTempDirectoryScoped()}/traces.jsonl`
  const metrics = yield* watched.pipe(Effect.provide(sinks(path)))

  heading("What it measured (InMemoryTelemetry)")
  for (const { attributes, instrumentKind, name, value } of metrics) {
    const labels = Object.entries(attributes).map(([key, each]) => `${key}=${each}`).join(", ")
    const amount = String(Number(value.toPrecision(7)))
    console.log(`${name.padEnd(25)} ${amount.padStart(9)}  ${`(${instrumentKind})`.padEnd(11)} ${labels}`)
  }

  heading("The same in a file, one record per line (FileTelemetry)")
  const lines = (yield* fs.readFileString(path)).trimEnd().split("\n")
  const sample = ["loom.tool", "loom.tokens.input"].map((name) => lines.find((line) => JSON.parse(line).name === name))
  console.log(
    `${sample.join("\n\n")}\n\n… and ${lines.length - sample.length} more; examples/03-file.ts queries them with jq.`
  )
})

await Effect.runPromise(program.pipe(Effect.scoped, Effect.provide([ArithmeticLive, NodeFileSystem.layer])))
