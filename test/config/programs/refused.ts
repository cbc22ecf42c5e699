/**
 * A program whose environment names its sinks. Its argument says how it is run.
 */
import { NodeFileSystem, NodeRuntime } from "@effect/platform-node"
import * as Effect from "effect/Effect"
import { Telemetry } from "loom-telemetry"
import { layerConfig } from "loom-telemetry/otel"
import { makeTelemetry } from "loom-telemetry/promise"

const program = Effect.void.pipe(
  Telemetry.withSpan("work"),
  Effect.provide(process.argv[3] === "otel" ? layerConfig : Telemetry.layerConfig),
  Effect.provide(NodeFileSystem.layer)
)

switch (process.argv[2]) {
  case "runMain":
    NodeRuntime.runMain(program)
    break
  case "runPromise":
    await Effect.runPromise(program)
    break
  case "makeTelemetry":
    await makeTelemetry(Telemetry.layerConfig)
    break
  case "caught":
    await Effect.runPromise(program).catch((error) => console.error(error))
    break
  case "printed":
    await Effect.runPromise(Effect.catchAll(program, (error) => Effect.sync(() => console.error(error))))
    break
}
