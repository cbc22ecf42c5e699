/**
 * Read a trace file in a program: what ran, who spent what, how long tools took, and whether the file is intact.
 *
 * npx tsx examples/16-reading.ts
 */
import { FileSystem } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Effect, Stream } from "effect"
import { FileTelemetry } from "loom-telemetry"
import { Findings, TraceFile, TreeView, usageOfForest } from "loom-telemetry/readers"
import { run } from "./arithmetic.js"

const program = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = `${yield* fs.makeTempDirectoryScoped()}/traces.jsonl`
  yield* run.pipe(Effect.provide(FileTelemetry.layer(path)))

  // Trees hold the whole file in memory. Each span shows the usage of itself and everything below it.
  const forest = yield* TraceFile.tree(fs.stream(path))
  const shown = new Set(["agent", "model", "tool", "turn"])
  const usage = usageOfForest(forest).below
  console.log(TreeView.render(forest, { usage, attributes: (key) => shown.has(key), width: 100 }))

  // Summaries take constant memory, however large the file. Every token is counted once.
  const summary = yield* TraceFile.summary(fs.stream(path))
  for (const { label, usage } of summary.by.user) {
    console.log(`${label}: ${usage.tokensIn} tokens in, ${usage.tokensOut} out`)
  }
  for (const { count, durationMs, failures, label } of summary.by.tool.filter((row) => row.count > 0)) {
    console.log(`${label}: called ${count} times, ${failures} failed, 95% within ${durationMs?.p95} ms`)
  }

  // Bad lines are entries too, with their line number and byte offset.
  const damaged = Stream.concat(fs.stream(path), Stream.make(new TextEncoder().encode("{\"kind\":\"sp")))
  const findings = Findings.builder()
  yield* Stream.runForEach(TraceFile.entries(damaged), (entry) => Effect.sync(() => findings.add(entry)))
  for (const { kind, lines, message, severity } of findings.result().findings) {
    console.log(`${severity} ${kind}, line ${lines.join(", ")}: ${message}`)
  }
})

program.pipe(Effect.scoped, Effect.provide(NodeContext.layer), NodeRuntime.runMain)
