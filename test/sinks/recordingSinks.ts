/**
 * Sinks for tests: some record their calls, others throw.
 */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { Telemetry, type TelemetrySink } from "loom-telemetry"

/** The places where a sink can break. */
export type Fault = "onSpanStart" | "onSpanEnd" | "onMetric" | "flush" | "release"

/** The entries of all sinks of a test, in one list: `a start body`, `a end body success`, `a metric calls`, `a flush`, `a release`. */
export class Journal {
  readonly entries: Array<string> = []

  /** The entries of one sink, without its name. */
  of(name: string): ReadonlyArray<string> {
    return this.entries.filter((entry) => entry.startsWith(`${name} `)).map((entry) => entry.slice(name.length + 1))
  }

  /** The names of the sinks with this entry. */
  whoSaid(what: string): ReadonlyArray<string> {
    return this.entries.filter((entry) => entry.endsWith(` ${what}`)).map((entry) => entry.slice(0, -what.length - 1))
  }

  /** A layer with a sink of this name that adds entries here. */
  readonly layer = (name: string): Layer.Layer<Telemetry> => this.breaking(name, undefined)

  /** Like `layer`, but throws `Broken` in one place, after it has added its entry. */
  readonly breaking = (name: string, fault: Fault | undefined): Layer.Layer<Telemetry> => {
    const note = (where: Fault, text: string): void => {
      this.entries.push(`${name} ${text}`)
      if (fault === where) {
        throw new Broken(where)
      }
    }
    const sink: TelemetrySink = {
      name,
      onSpanStart: (span) => note("onSpanStart", `start ${span.name}`),
      onSpanEnd: (span) => note("onSpanEnd", `end ${span.name} ${span.outcome} ${span.exception}`),
      onMetric: (metric) => note("onMetric", `metric ${metric.name}`),
      flush: Effect.sync(() => note("flush", "flush"))
    }
    return Telemetry.layerSinkScoped(
      Effect.as(Effect.addFinalizer(() => Effect.sync(() => note("release", "release"))), sink)
    )
  }
}

/** The exception of a broken sink. */
export class Broken extends Error {
  override readonly name = "Broken"

  constructor(where: string) {
    super(`the sink broke in ${where}`)
  }
}

/** A logger that keeps warnings, instead of all other loggers. */
export const capturedWarnings = (): readonly [warnings: ReadonlyArray<string>, layer: Layer.Layer<never>] => {
  const warnings: Array<string> = []
  const logger = Logger.make<unknown, void>(({ logLevel, message }) => {
    if (logLevel._tag === "Warning") {
      warnings.push(String(message))
    }
  })
  return [warnings, Logger.replace(Logger.defaultLogger, logger)]
}
