/**
 * A child program that prints spans on its standard error, because what happens to that happens to a whole process.
 *
 * It says `result` on its standard output, and on descriptor 3 what its console sink counts, before the layer closes and after it.
 */
import * as Effect from "effect/Effect"
import { ConsoleTelemetry, Telemetry } from "loom-telemetry"
import { closeSync, writeSync } from "node:fs"
import { setImmediate } from "node:timers/promises"

/** What the program is started with. */
export interface PrintingOptions {
  readonly order: "live" | "tree"
  readonly spans: number
  /** Characters of an attribute. */
  readonly size: number
}

const { order, size, spans } = JSON.parse(process.argv[2]!) as PrintingOptions

const text = "x".repeat(size)

const printing = Effect.forEach(
  Array.from({ length: spans }, (_, index) => index),
  (index) =>
    Effect.zipRight(
      Telemetry.withSpan(Effect.void, "span", { index, text }),
      // A program that never waits would hear of no error before its end.
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
