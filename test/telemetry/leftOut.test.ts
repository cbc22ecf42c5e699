/**
 * Attributes beyond the limit are counted once, however a span is created.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Tracer from "effect/Tracer"
import { ConsoleTelemetry, InMemoryTelemetry, MultiTelemetry, Telemetry } from "loom-telemetry"
import { nativeTracer } from "../../src/telemetry/tracing/parents.js"
import { foreignTracer } from "./foreignTracers.js"

const attributes = Object.fromEntries(Array.from({ length: 133 }, (_, index) => [`key${index}`, index]))

const program = Effect.gen(function*() {
  yield* Effect.withSpan(Effect.void, "library", { attributes })
  yield* Telemetry.withSpan(Effect.void, "ours", attributes)
  const memory = yield* InMemoryTelemetry
  return (yield* memory.spans).map((span) => [span.name, span.attributes["loom.dropped_attributes"]])
})

const silent = ConsoleTelemetry.layer({ stream: { write: () => true } })
const sinks: ReadonlyArray<readonly [string, Layer.Layer<Telemetry | InMemoryTelemetry>]> = [
  ["no sink sees its start", InMemoryTelemetry.layer()],
  ["a sink observes its start", MultiTelemetry.layer([InMemoryTelemetry.layer(), silent])]
]
const tracers: ReadonlyArray<readonly [string, () => Tracer.Tracer]> = [
  ["by our own tracer", () => nativeTracer],
  ["over another tracer", () => foreignTracer().tracer]
]

describe("attributes that do not fit on a span", () => {
  for (const [how, tracer] of tracers) {
    for (const [who, layer] of sinks) {
      it.effect(`are counted once ${how} if ${who}`, () =>
        Effect.gen(function*() {
          const counted = yield* Effect.provide(program, layer).pipe(Effect.withTracer(tracer()))
          expect(counted).toEqual([["library", 5], ["ours", 5]])
        }))
    }
  }
})
