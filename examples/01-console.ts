/**
 * Watch an agent on the console: spans and metrics print as they happen, on standard error.
 *
 * npx tsx examples/01-console.ts
 */
import { Effect } from "effect"
import { ConsoleTelemetryLive } from "loom-telemetry"
import { run } from "./arithmetic.js"

const program = Effect.gen(function*() {
  const result = yield* run
  console.log(result.output)
})

await Effect.runPromise(program.pipe(Effect.provide(ConsoleTelemetryLive)))
