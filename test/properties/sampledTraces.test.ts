/**
 * Random programs with several traces behind samplers: a trace is recorded completely or not at all, and measurements always.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import {
  InMemoryTelemetry,
  type MetricRecord,
  MultiTelemetry,
  SampledTelemetry,
  type SpanRecord,
  type TailOptions
} from "loom-telemetry"
import { keeping } from "./keeping.js"
import { concurrentProgram, Ledger, type Program, runToTheEnd, sequentialProgram } from "./programs.js"

/** Several programs in parallel: each outermost span is its own trace. */
const several = (program: fc.Arbitrary<Program>): fc.Arbitrary<Program> =>
  fc.array(program, { minLength: 2, maxLength: 4 }).map((programs) =>
    programs.reduce((first, second): Program => ({ _tag: "parallel", first: { _tag: "recover", body: first }, second }))
  )

type Keeping = ReturnType<typeof keeping>

interface Observed {
  readonly all: { readonly spans: ReadonlyArray<SpanRecord>; readonly metrics: ReadonlyArray<MetricRecord> }
  readonly tail: Keeping
  readonly nested: Keeping
  readonly head: Keeping
}

const observe = (program: Program, options: TailOptions): Effect.Effect<Observed> =>
  Effect.gen(function*() {
    const [tail, nested, head] = [keeping(), keeping(), keeping()]
    const layer = MultiTelemetry.layer([
      SampledTelemetry.tail(tail.layer, options),
      SampledTelemetry.tail(MultiTelemetry.layer([nested.layer]), options),
      InMemoryTelemetry.layer(),
      SampledTelemetry.head(head.layer, { ratio: 0.5 })
    ])
    const all = yield* Effect.gen(function*() {
      yield* runToTheEnd(program, new Ledger())
      const held = yield* InMemoryTelemetry
      return yield* Effect.all({ spans: held.spans, metrics: held.metrics })
    }).pipe(Effect.provide(layer))
    return { all, tail, nested, head }
  })

const tracesOf = (spans: ReadonlyArray<SpanRecord>): ReadonlySet<string> => new Set(spans.map((span) => span.traceId))

const byId = (a: { readonly spanId: string }, b: { readonly spanId: string }) => a.spanId < b.spanId ? -1 : 1

/** Checks that every recorded trace is complete and in order, and that there are no other records. */
const expectWhole = ({ all }: Observed, sink: Keeping): void => {
  const kept = tracesOf(sink.spans)
  const of = (traceId: string, spans: ReadonlyArray<SpanRecord>) => spans.filter((span) => span.traceId === traceId)
  for (const traceId of kept) {
    expect(of(traceId, sink.spans)).toEqual(of(traceId, all.spans))
  }
  expect(sink.starts.map(({ spanId }) => ({ spanId })).toSorted(byId)).toEqual(
    sink.spans.map(({ spanId }) => ({ spanId })).toSorted(byId)
  )
  const shown = ({ attributes, name, value }: MetricRecord) => JSON.stringify({ attributes, name, value })
  expect(sink.metrics.map(shown).toSorted()).toEqual(all.metrics.map(shown).toSorted())
  const known = new Set(all.spans.filter((span) => kept.has(span.traceId)).map((span) => span.spanId))
  expect(sink.metrics.flatMap(({ spanId }) => spanId === undefined ? [] : [spanId]).toSorted()).toEqual(
    all.metrics.flatMap(({ spanId }) => spanId !== undefined && known.has(spanId) ? [spanId] : []).toSorted()
  )
}

const options: fc.Arbitrary<TailOptions> = fc.record({
  ratio: fc.constantFrom(0, 0.5),
  errors: fc.boolean(),
  maxSpans: fc.constantFrom(1, 3, 100)
})

describe("behind a sampler", () => {
  it("traces and measurements are complete with any options, the same in every sink", () =>
    fc.assert(
      fc.asyncProperty(several(concurrentProgram(4)), options, async (program, chosen) => {
        const observed = await Effect.runPromise(observe(program, chosen))
        expectWhole(observed, observed.tail)
        expectWhole(observed, observed.head)
        expect(observed.nested.spans).toEqual(observed.tail.spans)
        expect(observed.nested.starts).toEqual(observed.tail.starts)
        expect(observed.nested.metrics).toEqual(observed.tail.metrics)
      }),
      { numRuns: 300 }
    ), 120_000)

  it("the traces kept for errors are those with an error, if no span outlives its trace", () =>
    fc.assert(
      fc.asyncProperty(several(sequentialProgram(4)), async (program) => {
        const { all, tail } = await Effect.runPromise(observe(program, {}))
        expect(tracesOf(tail.spans)).toEqual(tracesOf(all.spans.filter((span) => span.outcome === "failure")))
      }),
      { numRuns: 200 }
    ), 120_000)
})
