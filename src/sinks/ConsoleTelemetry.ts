/**
 * Spans and metrics as text, one line a record, on standard error: to watch an agent while it runs.
 *
 * Whatever a value holds, one record stays one line. It keeps nothing; for looking back there are the in-memory and the file sink. A stream that
 * fails or is too slow costs lines, which `stats` counts, and never the program.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { buildTelemetry, flushObserver } from "../telemetry/layer.js"
import { outputsOf } from "../telemetry/lifecycle/sinkMark.js"
import type { Observer } from "../telemetry/Observer.js"
import { Telemetry } from "../telemetry/Telemetry.js"
import type { ConsoleStats } from "./console/counts.js"
import { livePrinter } from "./console/live.js"
import { type ConsoleStream, openOutput } from "./console/output.js"
import { TreePrinter } from "./console/tree.js"

export type { ConsoleDropReason, ConsoleStats } from "./console/counts.js"
export type { ConsoleStream } from "./console/output.js"

/** Options of the console sink. */
export interface ConsoleOptions {
  /** Where to write: anything with `write(text)`. Default: standard error. */
  readonly stream?: ConsoleStream
  /** Whether metrics are printed. Default `true`. */
  readonly showMetrics?: boolean
  /**
   * `"live"` (default) prints a span when it ends, and opens it with a `▸` line when something inside it prints first or it has been open for
   * 250 ms. `"tree"` prints a whole trace, parent first, when its root ends.
   */
  readonly order?: "live" | "tree"
  /**
   * Records that may wait for the root of their trace to end, ≥ 1, with `order: "tree"`. When more wait, the trace that has waited longest prints
   * early: its root as `▸ … [printed early]`, and what follows as it ends. Default 50 000.
   */
  readonly capacity?: number
  /** ANSI colours. Default `"auto"`: `NO_COLOR`, `FORCE_COLOR`, else whether the stream is a terminal. */
  readonly color?: boolean | "auto"
  /** Columns, ≥ 20; longer lines are cut and end with `…`. Default: those of the terminal, else unlimited. */
  readonly width?: number
}

/** What the console sink tells about itself. */
export interface ConsoleTelemetryService {
  /** The counters, as they are now. */
  readonly stats: Effect.Effect<ConsoleStats>
}

const capacityOf = ({ capacity = 50_000 }: ConsoleOptions): number => Math.max(1, capacity)

const scoped = (options: ConsoleOptions) =>
  Effect.gen(function*() {
    const output = yield* openOutput(options)
    const { counts } = output
    const printer = options.order === "tree"
      ? new TreePrinter(output, capacityOf(options))
      : yield* livePrinter(output)
    const observer: Observer = {
      name: "console",
      onError: "report",
      onStart: printer.onStart,
      onEnd: (span) => {
        counts.accepted++
        printer.onEnd(span)
      },
      ...(options.showMetrics !== false && {
        onMetric: (metric) => {
          counts.accepted++
          printer.onMetric(metric)
        }
      }),
      // Also before a `process.exit`, with which `runMain` ends what has failed: it waits for no pipe.
      flush: output.drained
    }
    yield* Effect.addFinalizer(() => Effect.zipRight(Effect.sync(printer.finish), flushObserver(observer)))
    const telemetry = yield* buildTelemetry([observer])
    return outputsOf(Telemetry, telemetry).pipe(
      Context.add(ConsoleTelemetry, { stats: Effect.sync(() => counts.read()) })
    )
  })

/**
 * The console sink. As a tag it tells what became of the records.
 *
 * @example
 * program.pipe(Effect.provide(ConsoleTelemetry.layer({ order: "tree" })))
 */
export class ConsoleTelemetry extends Context.Tag("loom-telemetry/ConsoleTelemetry")<
  ConsoleTelemetry,
  ConsoleTelemetryService
>() {
  /** A console sink with these options. */
  static readonly layer = (options: ConsoleOptions = {}): Layer.Layer<Telemetry | ConsoleTelemetry> =>
    Layer.scopedContext(Effect.suspend(() => scoped(options)))
}

/** The console sink with its defaults. */
export const ConsoleTelemetryLive: Layer.Layer<Telemetry | ConsoleTelemetry> = ConsoleTelemetry.layer()
