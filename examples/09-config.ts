/**
 * Choose sinks with the environment variable `LOOM_TELEMETRY`, without changing the program.
 *
 * LOOM_TELEMETRY=console npx tsx examples/09-config.ts
 */
import { NodeFileSystem } from "@effect/platform-node"
import { ConfigProvider, Effect, Layer } from "effect"
import { Telemetry } from "loom-telemetry"

const work = Effect.gen(function*() {
  const { sinks } = yield* Telemetry
  return sinks.length === 0 ? "nothing" : sinks.join(" and ")
}).pipe(Telemetry.withSpan("work"))

/** The sinks that this process's variable names. */
const TelemetryLive = Telemetry.layerConfig.pipe(Layer.provide(NodeFileSystem.layer))

/** The same with the variable set to another value. */
const withVariable = (value: string) =>
  work.pipe(
    Effect.provide(TelemetryLive),
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["LOOM_TELEMETRY", value]]))),
    Effect.catchAll((error) => Effect.succeed(`an error. ${error.message}`)),
    Effect.map((recorded) => `LOOM_TELEMETRY=${value} records to ${recorded}`)
  )

const program = Effect.gen(function*() {
  console.log(`LOOM_TELEMETRY of this process records to ${yield* work.pipe(Effect.provide(TelemetryLive))}`)
  for (const value of ["none", "memory", "memory,console", "stdout"]) {
    console.log(yield* withVariable(value))
  }
})

await Effect.runPromise(program)
