/**
 * A child process that records 24 spans under `OTelTelemetryLive` and ends in the way that `END` names. `otlpEnds.test.ts` runs it. `SPANS` changes their number.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { Telemetry } from "loom-telemetry"
import { OTelTelemetry, OTelTelemetryLive } from "loom-telemetry/otel"

const runtime = ManagedRuntime.make(Layer.orDie(OTelTelemetryLive))
const count = Number(process.env["SPANS"] ?? 24)

await runtime.runPromise(
  Effect.forEach(
    Array.from({ length: count }, (_, n) => `span ${n}`),
    (name) => Telemetry.withSpan(Effect.void, name),
    {
      discard: true
    }
  )
)

const { stats } = await runtime.runPromise(OTelTelemetry)
process.on("exit", () => console.log(`stats ${JSON.stringify(Effect.runSync(stats))}`))

switch (process.env["END"]) {
  case "exit":
    process.exit(0)
    break
  case "throw":
    setImmediate(() => {
      throw new Error("the program's own")
    })
    break
  case "rejection":
    void Promise.reject(new Error("the program's own"))
    break
  case "SIGTERM":
    process.kill(process.pid, "SIGTERM")
    setTimeout(() => {}, 10_000)
    break
  case "disposed":
    await runtime.dispose()
    break
  default:
}
