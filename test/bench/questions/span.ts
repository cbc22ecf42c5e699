/**
 * How much does a span cost? Compared with Effect's own `withSpan`, which records nothing, without its stack trace.
 */
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Tracer from "effect/Tracer"
import { InMemoryTelemetry, NoTelemetryLive, Telemetry } from "loom-telemetry"
import { randomBytes } from "node:crypto"
import type { Case, Question } from "../Case.js"
import { attributes, body, effectSpan, inLayer, nested, runs, type Wrap } from "../programs.js"

const ours: Wrap = (self, name) => Telemetry.withSpan(self, name, attributes)
const bare: Wrap = (self, name) => Telemetry.withSpan(self, name)
const asPeopleWriteIt: Wrap = (self, name) => Effect.withSpan(self, name, { attributes })
const capacity = 10_000
const memory = InMemoryTelemetry.layer({ capacity })

/** Effect's own tracer, provided by a layer with two other services, like ours: the cost of a library's span if the tracer adds nothing. */
const installed = () => {
  class One extends Context.Tag("bench/One")<One, number>() {}
  class Two extends Context.Tag("bench/Two")<Two, number>() {}
  const native = Context.get(DefaultServices.liveServices, Tracer.Tracer)
  return Layer.mergeAll(Layer.succeed(One, 1), Layer.succeed(Two, 2), Layer.setTracer(native))
}

/** A plain object in an array, with ids and times, without Effect: the minimum cost of a record. */
const push = (): Case => {
  const kept: Array<unknown> = []
  let made = 0
  const pool = randomBytes(1 << 16).toString("hex")
  return {
    batch: () => {
      for (let run = 0; run < runs; run++) {
        const start = process.hrtime.bigint()
        const at = (made * 16) % (pool.length - 48)
        kept[made++ % capacity] = {
          name: "outer",
          traceId: pool.slice(at, at + 32),
          spanId: pool.slice(at + 32, at + 48),
          parentSpanId: null,
          attributes: { ...attributes },
          start,
          end: process.hrtime.bigint(),
          outcome: "success",
          exception: null
        }
      }
      return kept
    },
    ops: runs
  }
}

export const cases: Question["cases"] = {
  effect: () => inLayer(Layer.empty, nested(effectSpan), 3),
  effectStack: () => inLayer(Layer.empty, nested(asPeopleWriteIt), 3),
  memory: () => inLayer(memory, nested(ours), 3),
  memoryNoAttributes: () => inLayer(memory, nested(bare), 3),
  none: () => inLayer(NoTelemetryLive, nested(ours), 3),
  effectInstalled: () => inLayer(installed(), nested(effectSpan), 3),
  push,
  library: () => inLayer(memory, nested(effectSpan), 3),
  sync: () => inLayer(Layer.empty, body, 1),
  noneMetric: () => inLayer(NoTelemetryLive, Telemetry.emitMetric("loom.tokens.input", 1, attributes), 1)
}
