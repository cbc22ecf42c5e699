/**
 * A process that counts TOKENS tokens, TIMES times, with PAUSE milliseconds in between. It sends them as configured by its environment.
 *
 * `node tokens.mjs TOKENS TIMES PAUSE`
 */
import { NodeRuntime } from "@effect/platform-node"
import { Effect, Schedule } from "effect"
import { Loom } from "loom-telemetry"
import { OTelLive } from "loom-telemetry/otel"

const [tokens = 0, times = 1, pause = 0] = process.argv.slice(2).map(Number)

Loom.tokensInput(tokens, { model: "gpt-4o" }).pipe(
  Effect.repeat(Schedule.recurs(times - 1).pipe(Schedule.addDelay(() => pause))),
  Effect.zipLeft(Effect.sleep(pause)),
  Effect.provide(OTelLive),
  NodeRuntime.runMain
)
