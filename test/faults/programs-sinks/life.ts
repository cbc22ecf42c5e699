/**
 * A child program that lives in one of the ways in which a program can end, with one sink or with none, so that its exit code can be compared.
 *
 * It ends `before` spans, opens `run` and `turn` inside one another, says `ready`, and ends as it was told. What its sink counts when the process ends
 * goes to descriptor 3.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ConsoleTelemetry, NoTelemetryLive, Telemetry } from "loom-telemetry"
import { OTelLive, OTelTelemetry } from "loom-telemetry/otel"
import { writeSync } from "node:fs"

/** How it ends. */
export type LifeEnding =
  | "success"
  | "failure"
  | "defect"
  | "interruption"
  | "exit"
  | "throw"
  | "rejection"
  /** Waits for a signal. */
  | "waiting"

/** What the program is started with. */
export interface LifeOptions {
  readonly sink: "none" | "console" | "otel"
  readonly ending: LifeEnding
  readonly before: number
}

const { before, ending, sink } = JSON.parse(process.argv[2]!) as LifeOptions

// Synchronous: what is said must have arrived when the process is gone.
const say = (text: string) => Effect.sync(() => void writeSync(1, `${text}\n`))

const callback = (run: () => void) => Effect.async<never>(() => void setTimeout(run, 1))

const endings: { readonly [E in LifeEnding]: Effect.Effect<unknown, unknown> } = {
  success: Effect.succeed("done"),
  failure: Effect.fail("no"),
  defect: Effect.die(new Error("broken")),
  interruption: Effect.interrupt,
  exit: Effect.sync(() => process.exit(7)),
  throw: callback(() => {
    throw new Error("thrown outside of every fiber")
  }),
  rejection: callback(() => void Promise.reject(new Error("nobody handles this"))),
  waiting: Effect.never
}

/** Says what the sink counts, when the process ends by itself. */
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
    OTelLive,
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
