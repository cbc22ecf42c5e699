import type * as Effect from "effect/Effect"
import type { InMemoryTelemetry, SpanNode, SpanRecord } from "loom-telemetry"
import {
  any,
  atLeast,
  containing,
  exactly,
  expectNoOpenSpans,
  expectTrace,
  expectTree,
  findSpan,
  findSpans,
  matchTree,
  metricSum,
  metricValues,
  type Mismatch,
  mismatchOf,
  optional,
  renderTrace,
  renderTree,
  some,
  type SpanExpectation,
  type SpanNotFound,
  type SpansStillOpen,
  times,
  type TraceMismatch,
  unordered
} from "loom-telemetry/testing"
import { describe, expect, it } from "tstyche"

declare const tree: ReadonlyArray<SpanNode>

describe("expectations", () => {
  it("are data with a name; every other field is optional", () => {
    expect(matchTree).type.toBeCallableWith(tree, { name: "loom.run" })
    expect(matchTree).type.toBeCallableWith(tree, {
      name: /^loom/,
      attributes: {
        user_id: "alice",
        call_id: any,
        list: [1, atLeast(2)],
        nested: { deep: /x/ },
        n: (value: unknown) => value === 1
      },
      outcome: "failure",
      exception: null,
      durationMs: atLeast(1),
      events: ["a", /b/, { name: "c", attributes: { n: 1 } }],
      children: [some({ name: "a" }), optional({ name: "b" }), times([2, 3], { name: "c" })]
    })
    expect(matchTree).type.not.toBeCallableWith(tree, {})
    expect(matchTree).type.not.toBeCallableWith(tree, { attributes: {} })
  })

  it("reject misspelled fields, and impossible outcomes and values", () => {
    expect(matchTree).type.not.toBeCallableWith(tree, { name: "a", attribute: {} })
    expect(matchTree).type.not.toBeCallableWith(tree, { name: "a", outcome: "error" })
    expect(matchTree).type.not.toBeCallableWith(tree, { name: "a", attributes: { n: undefined } })
    expect(matchTree).type.not.toBeCallableWith(tree, { name: "a", children: [{ nam: "b" }] })
    expect(matchTree).type.not.toBeCallableWith(tree, { name: "a", durationMs: "1" })
  })

  it("may be one root, several, or a list that is not exact", () => {
    expect(matchTree).type.toBeCallableWith(tree, [{ name: "a" }])
    expect(matchTree).type.toBeCallableWith(tree, unordered([{ name: "a" }]))
    expect(matchTree).type.toBeCallableWith(tree, unordered(containing([{ name: "a", attributes: exactly({}) }])))
    expect(matchTree).type.not.toBeCallableWith(tree, exactly({}))
    expect(some({ name: "a" })).type.toBe<SpanExpectation>()
  })
})

describe("checking", () => {
  it("returns data, an error or nothing", () => {
    expect(matchTree(tree, { name: "a" })).type.toBe<ReadonlyArray<Mismatch>>()
    expect(mismatchOf(tree, { name: "a" })).type.toBe<TraceMismatch | undefined>()
    expect(expectTree(tree, { name: "a" })).type.toBe<void>()
    expect(renderTree(tree)).type.toBe<string>()
    expect(expectTree).type.not.toBeCallableWith([{ name: "a" }], { name: "a" })
  })

  it("has a typed error and requires only the in-memory sink if it reads the sink in the context", () => {
    expect(expectTrace({ name: "a" })).type.toBe<Effect.Effect<void, TraceMismatch, InMemoryTelemetry>>()
    expect(expectNoOpenSpans).type.toBe<Effect.Effect<void, SpansStillOpen, InMemoryTelemetry>>()
    expect(findSpan("a", { n: any })).type.toBe<Effect.Effect<SpanRecord, SpanNotFound, InMemoryTelemetry>>()
    expect(findSpans(/a/)).type.toBe<Effect.Effect<ReadonlyArray<SpanRecord>, never, InMemoryTelemetry>>()
    expect(metricSum("a")).type.toBe<Effect.Effect<number, never, InMemoryTelemetry>>()
    expect(metricValues("a")).type.toBe<Effect.Effect<ReadonlyArray<number>, never, InMemoryTelemetry>>()
    expect(renderTrace()).type.toBe<Effect.Effect<string, never, InMemoryTelemetry>>()
  })

  it("returns differences whose fields depend on their kind", () => {
    const [mismatch] = matchTree(tree, { name: "a" })
    if (mismatch?.kind === "unexpected") {
      expect(mismatch.actual).type.toBe<SpanNode>()
    }
    if (mismatch?.kind === "missing") {
      expect(mismatch.expected).type.toBe<SpanExpectation>()
      expect(mismatch.actual).type.toBe<number>()
    }
  })
})
