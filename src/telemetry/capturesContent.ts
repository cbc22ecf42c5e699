/**
 * Whether content (prompts, answers, arguments, results) is recorded where a program does not say: only if a sink was told so.
 */
import * as Effect from "effect/Effect"
import { ambient } from "./Telemetry.js"

export const capturesContent: Effect.Effect<boolean> = Effect.withFiberRuntime((fiber) =>
  Effect.succeed(ambient(fiber)?.recorder.observers.some((observer) => observer.capturesContent === true) === true)
)
