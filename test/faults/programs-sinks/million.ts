/**
 * A child program that records many spans with one sink and reports how much its memory grew, as one JSON line on descriptor 3. Start it with
 * `--expose-gc`.
 *
 * Memory means reachable memory (heap and external, after a collection). Growth is measured from the first thousand spans on: this excludes what a process
 * needs anyway, and includes everything that a sink holds.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { ConsoleTelemetry, FileTelemetry, InMemoryTelemetry, Telemetry } from "loom-telemetry"
import { OTelTelemetry, OTelTelemetryLive } from "loom-telemetry/otel"
import { closeSync, writeSync } from "node:fs"
import { setImmediate } from "node:timers/promises"

/** The available sinks. `path` is for the file; the environment configures OpenTelemetry and the console. */
export interface MillionOptions {
  readonly sink: "memory" | "console" | "tree" | "endless tree" | "file" | "otel" | "effect"
  readonly spans: number
  readonly path?: string
}

/** What it reports. */
export interface MillionResult {
  /** Bytes. */
  readonly growth: number
  readonly stats: { readonly [name: string]: unknown }
  readonly warnings: number
}

type Stats = Effect.Effect<object>

const { path = "", sink, spans } = JSON.parse(process.argv[2]!) as MillionOptions

/** A layer with its counters as a second service. */
class Counters extends Context.Tag("test/Counters")<Counters, Stats>() {}

const counting = <I, S extends { readonly stats: Stats }, E>(
  layer: Layer.Layer<Telemetry | I, E>,
  tag: Context.Tag<I, S>
): Layer.Layer<Telemetry | I | Counters, E> =>
  Layer.map(layer, (context) => Context.add(context, Counters, Context.get(context, tag).stats))

const effectful = Layer.unwrapEffect(Effect.sync(() => {
  let stats: Stats = Effect.succeed({})
  const slow = Telemetry.sinkFromEffect({ onSpanEnd: () => Effect.sleep("10 millis"), drain: "10 millis" })
  const layer = Telemetry.layerSinkScoped(Effect.tap(slow, (made) => Effect.sync(() => stats = made.stats)))
  return Layer.merge(layer, Layer.succeed(Counters, Effect.suspend(() => stats)))
}))

const layers: { readonly [S in MillionOptions["sink"]]: () => Layer.Layer<Telemetry | Counters, unknown> } = {
  memory: () => counting(InMemoryTelemetry.layer(), InMemoryTelemetry),
  console: () => counting(ConsoleTelemetry.layer(), ConsoleTelemetry),
  tree: () => counting(ConsoleTelemetry.layer({ order: "tree" }), ConsoleTelemetry),
  "endless tree": () => counting(ConsoleTelemetry.layer({ order: "tree" }), ConsoleTelemetry),
  file: () => counting(Layer.provide(FileTelemetry.layer(path), NodeFileSystem.layer), FileTelemetry),
  otel: () => counting(OTelTelemetryLive, OTelTelemetry),
  effect: () => effectful
}

/** Spans between two turns of the event loop: real programs wait for something from time to time. */
const burst = 1000

const pairs = Effect.forEach(
  Array.from({ length: burst / 2 }, (_, index) => index),
  (index) =>
    Telemetry.withSpan(Effect.void, "loom.tool", { tool: "search", call_id: `call_${index}`, ok: true }).pipe(
      Telemetry.withSpan("loom.turn", { turn: index, session_id: "run_01HZX3Y9K2M4N6P8Q0R2S4T6V8" })
    ),
  { discard: true }
)

const turn = Effect.promise(() => setImmediate())

const record = (count: number) => Effect.repeatN(Effect.zipRight(pairs, turn), count / burst - 1)

const reachable = Effect.promise(async () => {
  // Twice, with a turn in between: the second run collects what finalizers and weak references held.
  globalThis.gc!()
  await setImmediate()
  globalThis.gc!()
  const { external, heapUsed } = process.memoryUsage()
  return heapUsed + external
})

const measured = Effect.gen(function*() {
  yield* record(burst)
  const before = yield* reachable
  let most = 0
  for (let part = 0; part < 4; part++) {
    yield* record(spans / 4)
    most = Math.max(most, yield* reachable)
  }
  return { growth: most - before, stats: yield* Effect.flatten(Counters) }
})

let warnings = 0
const kept = Logger.replace(Logger.defaultLogger, Logger.make(() => void warnings++))

const program = (sink === "endless tree" ? Telemetry.withSpan(measured, "endless") : measured).pipe(
  Effect.provide(layers[sink]()),
  Effect.provide(kept)
)

const result = await Effect.runPromise(program)
writeSync(3, JSON.stringify({ ...result, warnings }))
// The process itself ends once its standard error has been read.
closeSync(3)
