import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { InMemoryTelemetry, MultiTelemetry } from "loom-telemetry"
import { keeping } from "./keeping.js"
import { concurrentProgram, Ledger, type Program, runToTheEnd, sequentialProgram } from "./programs.js"

/** Runs a program with three sinks, one of them in a nested fan-out. */
const observe = (program: Program) =>
  Effect.gen(function*() {
    const ledger = new Ledger()
    const outer = keeping()
    const nested = keeping()
    const layer = MultiTelemetry.layer([
      outer.layer,
      MultiTelemetry.layer([InMemoryTelemetry.layer(), MultiTelemetry.layer([nested.layer])])
    ])
    const memory = yield* Effect.gen(function*() {
      yield* runToTheEnd(program, ledger)
      const held = yield* InMemoryTelemetry
      return yield* Effect.all({ spans: held.spans, metrics: held.metrics, open: held.open })
    }).pipe(Effect.provide(layer))
    return { ledger, outer, nested, memory }
  })

type Observed = Effect.Effect.Success<ReturnType<typeof observe>>

const expectEachOnce = ({ ledger, memory, outer }: Observed): void => {
  expect(memory.open).toEqual([])
  expect(memory.spans.map((span) => span.name).toSorted()).toEqual(ledger.entries.map(({ name }) => name).toSorted())
  expect(outer.starts.map((span) => span.spanId).toSorted()).toEqual(memory.spans.map((span) => span.spanId).toSorted())
  expect(new Set(memory.spans.map((span) => span.spanId)).size).toBe(memory.spans.length)
}

const expectRightPlaces = ({ ledger, memory }: Observed): void => {
  const byName = new Map(memory.spans.map((span) => [span.name, span]))
  for (const { name, parent } of ledger.entries) {
    const span = byName.get(name)!
    const above = parent === undefined ? undefined : byName.get(parent)!
    expect(span.parentSpanId).toBe(above?.spanId ?? null)
    if (above !== undefined) {
      expect(span.traceId).toBe(above.traceId)
    }
  }
  for (const metric of memory.metrics) {
    expect(metric.spanId).toBe(byName.get(String(metric.attributes["inside"]))?.spanId)
  }
}

const expectSameEverywhere = ({ memory, nested, outer }: Observed): void => {
  for (const sink of [outer, nested]) {
    expect(sink.spans).toEqual(memory.spans)
    expect(sink.metrics).toEqual(memory.metrics)
  }
  expect(nested.starts).toEqual(outer.starts)
}

/** Properties run for as long as they need, because they do not depend on speed. */
const patient = 120_000

const property = (
  programs: fc.Arbitrary<Program>,
  check: (observed: Observed) => void,
  runs: number
): Promise<void> =>
  fc.assert(
    fc.asyncProperty(programs, (program) => Effect.runPromise(Effect.map(observe(program), check))),
    { numRuns: runs }
  )

describe("sequential programs", () => {
  it(
    "every span is recorded once, at its position, with the outcome of its body, the same in every sink",
    () =>
      property(sequentialProgram(5), (observed) => {
        expectEachOnce(observed)
        expectRightPlaces(observed)
        expectSameEverywhere(observed)
        const outcomes = new Map(observed.memory.spans.map((span) => [span.name, span.outcome]))
        for (const { name, outcome } of observed.ledger.entries) {
          expect([name, outcomes.get(name)]).toEqual([name, outcome])
        }
      }, 300),
    patient
  )

  it(
    "spans end before their parents, and their times lie within them",
    () =>
      property(sequentialProgram(5), ({ memory }) => {
        const position = new Map(memory.spans.map((span, index) => [span.spanId, index]))
        for (const [index, span] of memory.spans.entries()) {
          const above = span.parentSpanId === null ? undefined : memory.spans[position.get(span.parentSpanId)!]!
          if (above !== undefined) {
            expect(position.get(above.spanId)).toBeGreaterThan(index)
            expect(above.startedAt.getTime()).toBeLessThanOrEqual(span.startedAt.getTime())
            expect(above.endedAt.getTime()).toBeGreaterThanOrEqual(span.endedAt.getTime())
            expect(above.durationMs).toBeGreaterThanOrEqual(span.durationMs)
          }
        }
      }, 100),
    patient
  )
})

describe("concurrent programs", () => {
  it(
    "every span is recorded once, at its position, the same in every sink, and none stays open",
    () =>
      property(concurrentProgram(5), (observed) => {
        expectEachOnce(observed)
        expectRightPlaces(observed)
        expectSameEverywhere(observed)
      }, 300),
    patient
  )

  it(
    "a span has the outcome of its body, or was interrupted after it",
    () =>
      property(concurrentProgram(5), ({ ledger, memory }) => {
        const outcomes = new Map(memory.spans.map((span) => [span.name, span.outcome]))
        for (const { name, outcome } of ledger.entries) {
          expect([outcome, "interrupted"]).toContain(outcomes.get(name))
        }
      }, 300),
    patient
  )

  it("only failures have an exception", () =>
    property(concurrentProgram(4), ({ memory }) => {
      for (const span of memory.spans) {
        expect(span.exception !== null).toBe(span.outcome === "failure")
      }
    }, 100), patient)
})
