/**
 * A child program whose values contain rejected promises, with one sink after another. It prints the result of each run. It has no listener for unhandled
 * rejections, so that one would end it.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import {
  ConsoleTelemetry,
  FileTelemetry,
  InMemoryTelemetry,
  MultiTelemetry,
  NoTelemetryLive,
  RunContext,
  Telemetry,
  type TelemetrySink
} from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import { writeSync } from "node:fs"
import { setImmediate } from "node:timers/promises"
import { inMemoryProviders } from "../../otel/exported.js"

/** The arguments of the program. */
export interface PromisingOptions {
  /** For the file sink. */
  readonly path: string
}

const { path } = JSON.parse(process.argv[2]!) as PromisingOptions

const rejected = async (): Promise<never> => {
  throw new Error("no such relation")
}

/** A value that is a promise whenever it is read, and one that becomes a promise when it is written. */
const relation = {
  get author() {
    return rejected()
  },
  comments: { toJSON: rejected }
}

const program = Effect.gen(function*() {
  yield* Telemetry.annotate({ relation, list: [relation], map: new Map([["a", relation]]) })
  yield* Telemetry.annotate(relation)
  yield* Effect.annotateCurrentSpan({ relation })
  yield* Effect.logInfo("said").pipe(Effect.annotateLogs("relation", "none"))
  yield* Telemetry.emitMetric("m", 1, { relation })
  yield* Effect.exit(Telemetry.withSpan(Effect.fail(relation), "fails"))
  yield* Effect.promise(() => setImmediate())
  return "its own result"
}).pipe(
  Telemetry.withSpan("ours", relation),
  Effect.withSpan("library", { attributes: { relation } }),
  Effect.provideService(RunContext, Object.defineProperty({}, "userId", { get: rejected }))
)

const hooks: TelemetrySink = {
  name: "custom",
  onSpanStart: rejected as never,
  onSpanEnd: rejected as never,
  onMetric: rejected as never
}

const memory = InMemoryTelemetry.layer()
const console = ConsoleTelemetry.layer({ stream: { write: rejected } })
const file = Layer.orDie(Layer.provide(FileTelemetry.layer(path), NodeFileSystem.layer))
const custom = Telemetry.layerSink(hooks)
const effect = Telemetry.layerSinkScoped(
  Telemetry.sinkFromEffect({ onSpanEnd: rejected as never, onMetric: rejected as never })
)
const otel = OTelTelemetry.fromProviders(inMemoryProviders())

const sinks: { readonly [name: string]: Layer.Layer<Telemetry> } = {
  none: NoTelemetryLive,
  memory,
  console,
  file,
  custom,
  effect,
  otel,
  all: MultiTelemetry.layer([memory, console, file, custom, effect, otel])
}

for (const [name, layer] of Object.entries(sinks)) {
  const result = await Effect.runPromise(Effect.provide(program, layer))
  await setImmediate()
  writeSync(1, `${name}: ${result}\n`)
}
