/**
 * A child program that prints spans on standard error, because faults of that stream affect a whole process.
 *
 * It prints `result` on standard output, and the counters of its console sink on descriptor 3, before and after the layer closes.
 */
import * as Effect from "effect/Effect"
import { ConsoleTelemetry, Telemetry } from "loom-telemetry"
import { closeSync, writeSync } from "node:fs"
import { setImmediate } from "node:timers/promises"

/** The arguments of the program. */
export interface PrintingOptions {
  readonly order: "live" | "tree"
  readonly spans: number
  /** The length of an attribute in characters. */
  readonly size: number
}

const { order, size, spans } = JSON.parse(process.argv[2]!) as PrintingOptions

const text = "x".repeat(size)

const printing = Effect.forEach(
  Array.from({ length: spans }, (_, index) => index),
  (index) =>
    Effect.zipRight(
      Telemetry.withSpan(Effect.void, "span", { index, text }),
      // A program that never waits would see no error before its end.
      index % 100 === 0 ? Effect.promise(() => setImmediate()) : Effect.void
    ),
  { discard: true }
)

let stats: Effect.Effect<object> = Effect.succeed({})
const read = Effect.map(Effect.suspend(() => stats), (counted) => counted)

const result = await printing.pipe(
  Effect.zipRight(Effect.map(ConsoleTelemetry, (console) => {
    stats = console.stats
  })),
  Effect.zipRight(read),
  Effect.provide(ConsoleTelemetry.layer({ order })),
  Effect.runPromise
)
writeSync(1, "result\n")
writeSync(3, JSON.stringify({ open: result, closed: Effect.runSync(read) }))
closeSync(3)
