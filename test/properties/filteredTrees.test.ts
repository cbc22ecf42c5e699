/**
 * Random programs behind random filters: the result is a tree in which the parent of every span is its nearest kept ancestor.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { FilteredTelemetry, InMemoryTelemetry, MultiTelemetry, type SpanRecord, Telemetry } from "loom-telemetry"
import { keeping } from "./keeping.js"
import { concurrentProgram, Ledger, type Program, runToTheEnd } from "./programs.js"

/** Keeps a span by the digits at the end of its name, which are its position in the ledger. */
const chosenBy = (choices: ReadonlyArray<boolean>) => ({ name }: { readonly name: string }): boolean =>
  choices[Number(/\d+$/.exec(name)![0]) % choices.length]!

/** Runs a program with an unfiltered memory sink and two filtered sinks, one of them in a nested fan-out. */
const observe = (program: Program, choices: ReadonlyArray<boolean>) =>
  Effect.gen(function*() {
    const [alone, nested] = [keeping(), keeping()]
    const keeps = chosenBy(choices)
    const layer = MultiTelemetry.layer([
      FilteredTelemetry.layer(alone.layer, keeps),
      InMemoryTelemetry.layer(),
      FilteredTelemetry.layer(MultiTelemetry.layer([nested.layer]), keeps)
    ])
    const all = yield* Effect.gen(function*() {
      yield* runToTheEnd(program, new Ledger())
      const held = yield* InMemoryTelemetry
      return yield* Effect.all({ spans: held.spans, metrics: held.metrics })
    }).pipe(Effect.provide(layer))
    return { all, alone, nested, keeps }
  })

/** The id of the nearest kept ancestor. */
const nearestKept = (
  spanId: string | null | undefined,
  byId: ReadonlyMap<string, SpanRecord>,
  keeps: (span: SpanRecord) => boolean
): string | null => {
  let span = spanId ? byId.get(spanId) : undefined
  while (span !== undefined && !keeps(span)) {
    span = span.parentSpanId === null ? undefined : byId.get(span.parentSpanId)
  }
  return span?.spanId ?? null
}

describe("behind a filter", () => {
  it("the parent of every span and measurement is the nearest kept ancestor, the same in every sink", () =>
    fc.assert(
      fc.asyncProperty(
        concurrentProgram(5),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
        async (program, choices) => {
          const { all, alone, keeps, nested } = await Effect.runPromise(observe(program, choices))
          const byId = new Map(all.spans.map((span) => [span.spanId, span]))
          expect(alone.spans).toEqual(
            all.spans.filter(keeps).map((span) => ({
              ...span,
              parentSpanId: nearestKept(span.parentSpanId, byId, keeps)
            }))
          )
          expect(alone.metrics.map((metric) => metric.spanId ?? null)).toEqual(
            all.metrics.map((metric) => nearestKept(metric.spanId, byId, keeps))
          )
          const kept = new Set(alone.spans.map((span) => span.spanId))
          for (const span of alone.spans) {
            expect(span.parentSpanId === null || kept.has(span.parentSpanId)).toBe(true)
          }
          expect(alone.starts.map((span) => [span.spanId, span.parentSpanId]).toSorted()).toEqual(
            alone.spans.map((span) => [span.spanId, span.parentSpanId]).toSorted()
          )
          expect(nested.spans).toEqual(alone.spans)
          expect(nested.starts).toEqual(alone.starts)
          expect(nested.metrics).toEqual(alone.metrics)
        }
      ),
      { numRuns: 200 }
    ), 120_000)

  it("a span ten thousand levels deep finds its kept ancestor", () => {
    const deep = Array.from({ length: 10_000 }).reduce<Effect.Effect<void>>(
      (inner, _, index) => Telemetry.withSpan(inner, `deep${index}`),
      Telemetry.withSpan(Effect.void, "leaf")
    )
    const sink = keeping()
    const layer = FilteredTelemetry.layer(sink.layer, (span) => span.name === "leaf" || span.name === "top")
    Effect.runSync(Effect.provide(Telemetry.withSpan(deep, "top"), layer))
    expect(sink.spans.map((span) => span.name)).toEqual(["leaf", "top"])
    expect(sink.spans[0]!.parentSpanId).toBe(sink.spans[1]!.spanId)
  })
})
