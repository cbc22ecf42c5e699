/**
 * `OTelTelemetryLive` with the variables of a test, and its counters and warnings.
 */
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type { Telemetry } from "loom-telemetry"
import { type OTelStats, OTelTelemetry, OTelTelemetryLive } from "loom-telemetry/otel"
import { capturedWarnings } from "../sinks/recordingSinks.js"

export type Variables = Readonly<Record<string, string>>

/** Provides the variables instead of the real environment. */
export const variables = (given: Variables): Layer.Layer<never> =>
  Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(given)), { pathDelim: "/" }))

export interface Finished<A, E> {
  readonly exit: Exit.Exit<A, E>
  /** After the sink has closed. */
  readonly stats: OTelStats
  readonly warnings: ReadonlyArray<string>
}

/** The sum of all dropped items. */
export const droppedOf = ({ dropped }: OTelStats): number =>
  Object.values(dropped).reduce((sum, count) => sum + count, 0)

/** Runs a program with `OTelTelemetryLive` and these variables, closes it, and returns what it reported. */
export const live = <A, E>(
  given: Variables,
  program: Effect.Effect<A, E, Telemetry | OTelTelemetry>
): Effect.Effect<Finished<A, E>> =>
  Effect.gen(function*() {
    const [warnings, logger] = capturedWarnings()
    let stats: Effect.Effect<OTelStats> | undefined
    const exit = yield* Effect.flatMap(OTelTelemetry, (otel) => {
      stats = otel.stats
      return program
    }).pipe(
      Effect.provide(Layer.orDie(OTelTelemetryLive)),
      Effect.provide(variables(given)),
      Effect.provide(logger),
      Effect.exit
    )
    return { exit, stats: yield* stats!, warnings }
  })
