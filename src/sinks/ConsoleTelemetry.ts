/**
 * Prints spans, metrics and scores as text on standard error, one line per record, to watch an agent while it runs.
 *
 * A record is always one line, whatever its values contain. Nothing is kept; use the in-memory or the file sink to look back. If the stream
 * fails or is too slow, lines are lost and counted in `stats`; the program is never affected.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { buildTelemetry, flushObserver } from "../telemetry/layer.js"
import { outputsOf } from "../telemetry/lifecycle/sinkMark.js"
import type { Observer } from "../telemetry/Observer.js"
import { Telemetry } from "../telemetry/Telemetry.js"
import { ForgottenSpans } from "../telemetry/tracing/ForgottenSpans.js"
import { livePrinter } from "./console/live.js"
import { type ConsoleStats, type ConsoleStream, openOutput } from "./console/output.js"
import { TreePrinter } from "./console/tree.js"

export type { ConsoleDropReason, ConsoleStats, ConsoleStream } from "./console/output.js"

/** Options of the console sink. */
export interface ConsoleOptions {
  /** Where to write: anything with `write(text)`. Default: standard error. */
  readonly stream?: ConsoleStream
  /** Whether metrics are printed. Default `true`. */
  readonly showMetrics?: boolean
  /**
   * `"live"` (default) prints a span when it ends. A `▸` line opens it earlier if something inside it prints first or it has been open for
   * 250 ms. `"tree"` prints a whole trace, parent first, when its root ends.
   */
  readonly order?: "live" | "tree"
  /**
   * With `order: "tree"`: how many records may wait for the root of their trace to end, ≥ 1. Beyond that the trace waiting longest is printed
   * early: its root as `▸ … [printed early]`, later records as they come. Default 50 000.
   */
  readonly capacity?: number
  /** ANSI colours. Default `"auto"`: `NO_COLOR`, `FORCE_COLOR`, otherwise whether the stream is a terminal. */
  readonly color?: boolean | "auto"
  /** Width in columns, ≥ 20; longer lines are truncated and end with `…`. Default: the terminal's width, otherwise unlimited. */
  readonly width?: number
}

/** The state of the console sink. */
export interface ConsoleTelemetryService {
  /** The current counters. */
  readonly stats: Effect.Effect<ConsoleStats>
}

const capacityOf = ({ capacity = 50_000 }: ConsoleOptions): number => Math.max(1, capacity)

const scoped = (options: ConsoleOptions) =>
  Effect.gen(function*() {
    const output = yield* openOutput(options)
    const { counts } = output
    const forgotten = new ForgottenSpans()
    const finish = (): void => {
      printer.finish()
      if (forgotten.count > 0) {
        output.announce(`… ${forgotten.count} more ${forgotten.count === 1 ? "span is" : "spans are"} open\n`)
      }
    }
    const printer = options.order === "tree"
      ? new TreePrinter(output, capacityOf(options))
      : yield* livePrinter(output)
    const observer: Observer = {
      name: "console",
      onError: "report",
      onStart: printer.onStart,
      onForgotten: (span) => {
        forgotten.add(span)
        printer.onForgotten(span)
      },
      onEnd: (span, open) => {
        forgotten.end(open)
        counts.accepted++
        printer.onEnd(span)
      },
      ...(options.showMetrics !== false && {
        onMetric: (metric) => {
          counts.accepted++
          printer.onMetric(metric)
        }
      }),
      onScore: (score) => {
        counts.accepted++
        printer.onScore(score)
      },
      // Needed because `runMain` ends a failed program with `process.exit`, which does not wait for pipes.
      flush: output.drained
    }
    yield* Effect.addFinalizer(() => Effect.zipRight(Effect.sync(finish), flushObserver(observer)))
    const telemetry = yield* buildTelemetry([observer])
    return outputsOf(Telemetry, telemetry).pipe(
      Context.add(ConsoleTelemetry, { stats: Effect.sync(() => counts.read()) })
    )
  })

/**
 * The console sink. Use it as a tag to read the counters.
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

/**
 * The console sink with its defaults, typed as `Telemetry` only, so that a conditional expression can choose between it and any other sink. For the
 * counters, use `ConsoleTelemetry.layer()`.
 */
export const ConsoleTelemetryLive: Layer.Layer<Telemetry> = ConsoleTelemetry.layer()
