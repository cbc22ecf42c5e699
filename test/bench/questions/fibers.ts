/**
 * How much does a span cost if 1,000 fibers take turns?
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import { InMemoryTelemetry, Telemetry } from "loom-telemetry"
import type { Question } from "../Case.js"
import { attributes, effectSpan, runtimeOf, type Wrap } from "../programs.js"

const fibers = 1000
const ours: Wrap = (self, name) => Telemetry.withSpan(self, name, attributes)

/** Three nested spans that yield to other fibers inside each. */
const turns = (wrap: Wrap): Effect.Effect<number> => {
  const turn = Effect.as(Effect.yieldNow(), 1)
  const inside = (self: Effect.Effect<number>) => Effect.zipRight(turn, self)
  return wrap(inside(wrap(inside(wrap(turn, "loom.tool")), "loom.turn")), "loom.run")
}

const interleaved = async <A>(layer: Layer.Layer<A>, wrap: Wrap) => {
  const { runtime } = await runtimeOf(layer)
  const one = turns(wrap)
  const program = Effect.forEach(Array.from({ length: fibers }), () => one, { concurrency: "unbounded", discard: true })
  const run = Runtime.runPromise(runtime)
  return { batch: () => run(program), ops: fibers * 3 }
}

export const cases: Question["cases"] = {
  effect: () => interleaved(Layer.empty, effectSpan),
  memory: () => interleaved(InMemoryTelemetry.layer({ capacity: 10_000 }), ours)
}
