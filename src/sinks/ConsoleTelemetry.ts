/**
 * Spans and metrics as text, one line a record, on standard error: to watch an agent while it runs.
 *
 * Whatever a value holds, one record stays one line. It keeps nothing; for looking back there are the in-memory and the file sink.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { buildTelemetry } from "../telemetry/layer.js"
import { Telemetry } from "../telemetry/Telemetry.js"
import { livePrinter } from "./console/live.js"
import { type ConsoleStream, openOutput } from "./console/output.js"
import { treePrinter } from "./console/tree.js"

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
  /** ANSI colours. Default `"auto"`: `NO_COLOR`, `FORCE_COLOR`, else whether the stream is a terminal. */
  readonly color?: boolean | "auto"
  /** Columns, ≥ 20; longer lines are cut and end with `…`. Default: those of the terminal, else unlimited. */
  readonly width?: number
}

const scoped = (options: ConsoleOptions) =>
  Effect.gen(function*() {
    const output = yield* openOutput(options)
    const printer = options.order === "tree" ? treePrinter(output) : yield* livePrinter(output)
    yield* Effect.addFinalizer(() => Effect.sync(printer.finish))
    return yield* buildTelemetry([{
      name: "console",
      onError: "report",
      onStart: printer.onStart,
      onEnd: printer.onEnd,
      ...(options.showMetrics !== false && { onMetric: printer.onMetric })
    }])
  })

/** The console sink. */
export class ConsoleTelemetry {
  /** A console sink with these options. */
  static readonly layer = (options: ConsoleOptions = {}): Layer.Layer<Telemetry> =>
    Layer.scoped(Telemetry, Effect.suspend(() => scoped(options)))
}

/** The console sink with its defaults. */
export const ConsoleTelemetryLive: Layer.Layer<Telemetry> = ConsoleTelemetry.layer()
