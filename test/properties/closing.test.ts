/**
 * A program is interrupted at every operation while it builds, uses and releases sinks: everything acquired is released once, and the fiber
 * is restored.
 */
import { expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"
import * as Layer from "effect/Layer"
import { FilteredTelemetry, MultiTelemetry, SampledTelemetry, Telemetry } from "loom-telemetry"
import { capturedWarnings } from "../sinks/recordingSinks.js"
import { interruptAt } from "./interrupter.js"

/** Sinks that count acquisitions and releases; some need several steps. */
class Counted {
  readonly acquired: Array<string> = []
  readonly released: Array<string> = []

  layer(name: string, steps: number): Layer.Layer<Telemetry> {
    const wait = Effect.repeatN(Effect.yieldNow(), steps)
    return Telemetry.layerSinkScoped(
      Effect.as(
        Effect.acquireRelease(
          Effect.zipRight(wait, Effect.sync(() => this.acquired.push(name))),
          () => Effect.zipRight(wait, Effect.sync(() => this.released.push(name)))
        ),
        { name, flush: wait }
      )
    )
  }
}

const layerOf = (sinks: Counted) =>
  MultiTelemetry.layer([
    sinks.layer("a", 1),
    FilteredTelemetry.layer(SampledTelemetry.tail(sinks.layer("b", 0), { ratio: 1 }), () => true)
  ])

it("everything acquired is released once, and the tracer is restored, wherever the program is interrupted", () => {
  const interrupted = { building: 0, later: 0 }
  const [warnings, logger] = capturedWarnings()
  const runtime = Effect.runSync(Effect.scoped(Layer.toRuntime(logger)))
  for (let at = 1, operations = at; operations >= at; at++) {
    const sinks = new Counted()
    const ended = Deferred.unsafeMake<boolean>(FiberId.none)
    const program = Effect.gen(function*() {
      const before = yield* Effect.tracer
      yield* Telemetry.withSpan(Effect.yieldNow(), "body").pipe(
        Effect.provide(layerOf(sinks)),
        Effect.onExit(() => Effect.flatMap(Effect.tracer, (tracer) => Deferred.succeed(ended, tracer === before)))
      )
    })
    const run = interruptAt(runtime, program, at)
    operations = run.operations
    expect([at, run.isDone]).toEqual([at, true])
    expect([at, sinks.released.toSorted()]).toEqual([at, sinks.acquired.toSorted()])
    if (Effect.runSync(Deferred.isDone(ended))) {
      expect(Effect.runSync(Deferred.await(ended))).toBe(true)
    }
    interrupted[sinks.acquired.length < 2 ? "building" : "later"]++
  }
  // Every flush and every release finished.
  expect(warnings).toEqual([])
  expect(interrupted.building).toBeGreaterThan(50)
  expect(interrupted.later).toBeGreaterThan(50)
}, 120_000)
