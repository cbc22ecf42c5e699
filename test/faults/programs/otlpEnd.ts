/**
 * A child process that records 24 spans and 6 log records under `OTelTelemetryLive` and ends in the way given by `END`. `otlpEnds.test.ts` runs it.
 * `SPANS` and `SCORES` change their number.
 */
import { NodeRuntime } from "@effect/platform-node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { Telemetry } from "loom-telemetry"
import { type OTelStats, OTelTelemetry, OTelTelemetryLive } from "loom-telemetry/otel"

const end = process.env["END"]

const namesOf = (what: string, count: string | undefined, otherwise: number) =>
  Array.from({ length: Number(count ?? otherwise) }, (_, n) => `${what} ${n}`)

/** Prints the sink's counters when everything has ended. */
const printAtExit = (stats: Effect.Effect<OTelStats>) =>
  Effect.sync(() => process.on("exit", () => console.log(`stats ${JSON.stringify(Effect.runSync(stats))}`)))

const recorded = Effect.gen(function*() {
  for (const name of namesOf("span", process.env["SPANS"], 24)) {
    yield* Telemetry.withSpan(Effect.void, name)
  }
  for (const name of namesOf("score", process.env["SCORES"], 6)) {
    yield* Telemetry.scoreOf({ traceId: "0af7651916cd43dd8448eb211c80319c" }, name, { value: 1 })
  }
  yield* printAtExit((yield* OTelTelemetry).stats)
})

const layer = Layer.orDie(OTelTelemetryLive)

/** How the main fiber of a program ends. */
const mains: { readonly [end: string]: Effect.Effect<unknown, string> } = {
  failure: Effect.fail("the program's own"),
  interrupted: Effect.zipRight(Effect.sync(() => process.kill(process.pid, "SIGTERM")), Effect.never)
}

const main = mains[end ?? ""]

if (main !== undefined) {
  const released = Effect.sync(() => console.log("released"))
  NodeRuntime.runMain(Effect.zipRight(recorded, main).pipe(Effect.ensuring(released), Effect.provide(layer)))
} else {
  const runtime = ManagedRuntime.make(layer)
  await runtime.runPromise(recorded)
  switch (end) {
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
    case "SIGINT":
    case "SIGHUP":
      process.kill(process.pid, end)
      setTimeout(() => {}, 10_000)
      break
    case "disposed":
      await runtime.dispose()
      break
    default:
  }
}
