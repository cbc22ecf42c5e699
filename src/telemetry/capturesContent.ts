/**
 * Whether content (prompts, answers, arguments, results) is recorded by default: only if a sink was configured to.
 */
import * as Effect from "effect/Effect"
import { ambient } from "./Telemetry.js"

export const capturesContent: Effect.Effect<boolean> = Effect.withFiberRuntime((fiber) =>
  Effect.succeed(ambient(fiber)?.recorder.observers.some((observer) => observer.capturesContent === true) === true)
)
