/** Compares a trace with an expectation that matches, and with one that does not. */
import { Effect } from "effect"
import { Telemetry } from "loom-telemetry"
import { expectTrace, TestTelemetry } from "loom-telemetry/testing"

const program = Effect.gen(function*() {
  yield* Effect.void.pipe(Telemetry.withSpan("inner"), Telemetry.withSpan("outer"))
  yield* expectTrace({ name: "outer", children: [{ name: "inner" }] })
  const { _tag } = yield* Effect.flip(expectTrace({ name: "outer", children: [{ name: "other" }] }))
  return ["as expected, then", _tag]
})

Effect.runPromise(program.pipe(Effect.provide(TestTelemetry.layer))).then((found) => console.log(found.join(" ")))
