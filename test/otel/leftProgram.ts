/**
 * A child process that leaves its runtime open and ends by itself, in the way given by `LEFT`. `left.thorough.test.ts` runs it.
 */
import { ExportResultCode } from "@opentelemetry/core"
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { Loom, Telemetry } from "loom-telemetry"
import { OTelLive, OTelTelemetry } from "loom-telemetry/otel"

const left = process.env["LEFT"]

/** Custom providers, whose exporter prints what it receives. */
const ownProviders = () =>
  OTelTelemetry.fromProviders({
    tracerProvider: new BasicTracerProvider({
      spanProcessors: [
        new BatchSpanProcessor({
          export: (spans, done) => {
            console.log(`exported ${spans.map(({ name }) => name).join(" ")}`)
            done({ code: ExportResultCode.SUCCESS })
          },
          shutdown: () => Promise.resolve()
        })
      ]
    })
  })

const start = () => ManagedRuntime.make(left === "own providers" ? ownProviders() : Layer.orDie(OTelLive))

const work = async (runtime: ReturnType<typeof start>, name: string): Promise<void> => {
  await runtime.runPromise(Telemetry.withSpan(Loom.tokensInput(1, { model: "m" }), name))
}

const runtime = start()

if (left === "exit code") {
  process.exitCode = 3
}
if (left === "late work") {
  process.once("beforeExit", () => void work(runtime, "late"))
}
for (const each of left === "many runtimes" ? Array.from({ length: 12 }, start) : []) {
  await work(each, "many")
}
await work(runtime, "work")
if (left === "disposed") {
  await runtime.dispose()
}
console.log(`done at ${Date.now()}`)
if (left === "rejection") {
  throw new Error("the program's own")
}
