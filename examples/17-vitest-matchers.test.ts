/**
 * Custom Vitest matchers in a few lines: `expect(tree).toMatchTrace(…)`.
 *
 * npx vitest run examples/17-vitest-matchers.test.ts
 */
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { InMemoryTelemetry, type SpanNode } from "loom-telemetry"
import { containing, mismatchOf, some, TestTelemetry, type TraceExpectation } from "loom-telemetry/testing"
import { run } from "./arithmetic.js"

declare module "vitest" {
  // The interface that Vitest provides for custom matchers.
  interface Matchers<T> {
    toMatchTrace(expectation: TraceExpectation): T
  }
}

expect.extend({
  toMatchTrace(tree: ReadonlyArray<SpanNode>, expectation: TraceExpectation) {
    const mismatch = mismatchOf(tree, expectation)
    return {
      pass: mismatch === undefined,
      message: () => mismatch?.message ?? "Expected the recorded trace not to match, but it does",
      ...(mismatch && { expected: mismatch.expected, actual: mismatch.actual })
    }
  }
})

const callsTool: TraceExpectation = {
  name: "loom.run",
  attributes: { agent: "arithmetic", user_id: "alice" },
  children: containing([{
    name: "loom.turn",
    children: [
      some({ name: "loom.model.stream" }),
      { name: "loom.tool", attributes: { tool: "add", ok: true }, outcome: "success" }
    ]
  }])
}

it.effect("the agent calls its tool", () =>
  Effect.gen(function*() {
    yield* run
    const tree = yield* Effect.flatMap(InMemoryTelemetry, (memory) => memory.tree)
    expect(tree).toMatchTrace(callsTool)
    expect(tree).not.toMatchTrace({ ...callsTool, name: "loom.workflow" })
    expect(() => expect(tree).toMatchTrace({ name: "loom.run", children: [] })).toThrow("unexpected span")
  }).pipe(Effect.provide(TestTelemetry.layer)))
