/**
 * A child program that ends in a given way, with or without a sink, so that its exit code can be compared.
 *
 * It ends `before` spans, opens `run` and, inside it, `turn`, prints `ready`, and ends as requested. The counters of its sink at the end of the
 * process go to descriptor 3.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ConsoleTelemetry, NoTelemetryLive, Telemetry } from "loom-telemetry"
import { OTelTelemetry, OTelTelemetryLive } from "loom-telemetry/otel"
import { writeSync } from "node:fs"
import { endings, type LifeEnding, say } from "../programs/endings.js"

/** The arguments of the program. */
export interface LifeOptions {
  readonly sink: "none" | "console" | "otel"
  readonly ending: LifeEnding
  readonly before: number
}

const { before, ending, sink } = JSON.parse(process.argv[2]!) as LifeOptions

/** Reports the counters of the sink when the process exits normally. */
const reportAtExit = (stats: Effect.Effect<object>): Layer.Layer<never> =>
  Layer.effectDiscard(Effect.sync(() => process.on("exit", () => writeSync(3, JSON.stringify(Effect.runSync(stats))))))

const layers: { readonly [S in LifeOptions["sink"]]: Layer.Layer<Telemetry, unknown> } = {
  none: NoTelemetryLive,
  console: Layer.tap(
    ConsoleTelemetry.layer({ color: false }),
    (context) =>
      Layer.build(reportAtExit(Effect.flatMap(ConsoleTelemetry, ({ stats }) => stats).pipe(Effect.provide(context))))
        .pipe(
          Effect.scoped
        )
  ),
  otel: Layer.tap(
    OTelTelemetryLive,
    (context) =>
      Layer.build(reportAtExit(Effect.flatMap(OTelTelemetry, ({ stats }) => stats).pipe(Effect.provide(context)))).pipe(
        Effect.scoped
      )
  )
}

const program = Effect.forEach(
  Array.from({ length: before }, (_, index) => index),
  (index) => Telemetry.withSpan(Effect.void, "before", { index }),
  { discard: true }
).pipe(
  Effect.zipRight(
    Effect.zipRight(say("ready"), endings[ending]).pipe(Telemetry.withSpan("turn"), Telemetry.withSpan("run"))
  ),
  Effect.tap((result) => say(String(result))),
  Effect.provide(layers[sink])
)

NodeRuntime.runMain(program, { disableErrorReporting: true })
