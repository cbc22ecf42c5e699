/**
 * Does a span cost more if it is nested deeper? 10,000 nested spans compared with 100.
 */
import type * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import { InMemoryTelemetry, Telemetry } from "loom-telemetry"
import type { Question } from "../Case.js"
import { attributes, body, runtimeOf, times } from "../programs.js"

const deep = (depth: number): Effect.Effect<number> => {
  let program = body
  for (let level = 0; level < depth; level++) {
    program = Telemetry.withSpan(program, "level", attributes)
  }
  return program
}

const total = 10_000

const ofDepth = (depth: number) => async () => {
  const { runtime } = await runtimeOf(InMemoryTelemetry.layer({ capacity: total }))
  const program = times(total / depth, deep(depth))
  const run = Runtime.runPromise(runtime)
  return { batch: () => run(program), ops: total }
}

export const cases: Question["cases"] = { shallow: ofDepth(100), deep: ofDepth(10_000) }
