/**
 * A child program that ends in a given way. Without a path it has no telemetry, so that its exit code and output can be compared.
 *
 * It ends `before` spans, opens `run` and, inside it, `turn`, prints `ready`, and ends as requested.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import { NoTelemetryLive, Telemetry } from "loom-telemetry"
import { endings, type LifeEnding, say } from "./endings.js"
import { sinkLayer, type SinkOptions } from "./openSink.js"

/** The arguments of the program. */
export interface LifeOptions extends SinkOptions {
  readonly path?: string
  readonly ending: LifeEnding
  readonly before: number
  /** Characters of text in each span. Default 0. */
  readonly text?: number
}

/** Spans between two turns of the event loop, so that writes can start and end. */
const turnEvery = 50

const turn = Effect.async<void>((resume) => void setImmediate(() => resume(Effect.void)))

const { before, ending, path, text = 0, ...options } = JSON.parse(process.argv[2] ?? "{}") as LifeOptions

const program = Effect.forEach(
  Array.from({ length: before }, (_, index) => index),
  (index) =>
    Effect.zipRight(
      index % turnEvery === 0 ? turn : Effect.void,
      Telemetry.withSpan(Effect.void, "before", { writer: "w", index, text: "x".repeat(text) })
    ),
  { discard: true }
).pipe(
  Effect.zipRight(
    Effect.zipRight(say("ready"), endings[ending]).pipe(Telemetry.withSpan("turn"), Telemetry.withSpan("run"))
  ),
  Effect.tap((result) => say(String(result))),
  Effect.provide(path === undefined ? NoTelemetryLive : sinkLayer(path, options))
)

NodeRuntime.runMain(program, { disableErrorReporting: true })
