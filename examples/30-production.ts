/**
 * Production: console, file, and the OTLP receiver that the `OTEL_*` variables name.
 *
 * npx tsx examples/30-production.ts
 */
import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { Config, Effect } from "effect"
import { ConsoleTelemetry, FileTelemetry, MultiTelemetry, Telemetry } from "loom-telemetry"
import { OTelTelemetry, OTelTelemetryLive } from "loom-telemetry/otel"
import { run } from "./arithmetic.js"

const endpoint = Config.string("OTEL_EXPORTER_OTLP_ENDPOINT").pipe(Config.withDefault("http://localhost:4318"))

/** Only the example checks this: without a receiver, `OTelTelemetryLive` logs it once and counts what is lost. */
const isListening = (url: string) =>
  Effect.tryPromise((signal) => fetch(url, { signal })).pipe(
    Effect.timeout("1 second"),
    Effect.as(true),
    Effect.orElseSucceed(() => false)
  )

const Console = ConsoleTelemetry.layer({ stream: process.stdout, order: "tree", showMetrics: false, width: 100 })

const sinks = (path: string, listening: boolean) =>
  MultiTelemetry.layer([Console, FileTelemetry.layer(path), listening ? OTelTelemetryLive : OTelTelemetry.disabled])

/** Runs the agent and waits until every sink has written its records. */
const work = Effect.gen(function*() {
  yield* run
  yield* Telemetry.flush
  const { stats } = yield* OTelTelemetry
  return yield* stats
})

const program = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = `${yield* fs.makeTempDirectoryScoped()}/traces.jsonl`
  const url = yield* endpoint
  const listening = yield* isListening(url)
  const { accepted, written } = yield* work.pipe(Effect.provide(sinks(path, listening)))

  const lines = (yield* fs.readFileString(path)).trimEnd().split("\n")
  console.log(`\n${lines.length} records are in the file`)
  console.log(
    listening
      ? `${written} of ${accepted} spans were accepted by ${url}`
      : `No OpenTelemetry receiver answers at ${url}, so nothing was sent. Set OTEL_EXPORTER_OTLP_ENDPOINT to use another`
  )
})

await Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer)))
