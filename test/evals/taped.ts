/**
 * Programs recorded for a cassette and played again, with what differs between the two.
 */
import type { LanguageModel } from "@effect/ai/LanguageModel"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { InMemoryTelemetry, type MetricRecord, type SpanRecord, type Telemetry } from "loom-telemetry"
import { Pricing, ScriptedModel, type ScriptedTurn } from "loom-telemetry/agent"
import { Cassette } from "loom-telemetry/evals"
import { TraceDiff, TraceFile, type TraceTree } from "loom-telemetry/readers"
import { spanData } from "../../src/records/SpanData.js"
import { encodeSpan } from "../../src/records/wire/span.js"

/** A finished program. */
export interface Taped<A, E> {
  readonly exit: Exit.Exit<A, E>
  readonly spans: ReadonlyArray<SpanRecord>
  readonly metrics: ReadonlyArray<MetricRecord>
  /** The file that the spans are in. */
  readonly file: Stream.Stream<Uint8Array>
}

/** The file that these spans are in. */
export const fileOf = (spans: ReadonlyArray<SpanRecord>): Stream.Stream<Uint8Array> =>
  Stream.make(
    new TextEncoder().encode(spans.map((span, order) => encodeSpan(spanData(span, order)).trimEnd()).join("\n"))
  )

const Sink: Layer.Layer<Telemetry | InMemoryTelemetry> = InMemoryTelemetry.layer().pipe(
  Layer.provide(Cassette.recording)
)

/** Runs a program, however it ends, and returns what was recorded, without limits. */
export const taped = <A, E, R>(program: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const exit = yield* Effect.exit(program)
    const memory = yield* InMemoryTelemetry
    const spans = yield* memory.spans
    return { exit, spans, metrics: yield* memory.metrics, file: fileOf(spans) } satisfies Taped<A, E>
  }).pipe(Effect.provide(Sink))

/** Prices of all models. */
export const priced = Pricing.table([{ model: "", input: 3, output: 15 }])

/** Records a program with a priced model that follows this script. */
export const recordedWith =
  (...turns: ReadonlyArray<ScriptedTurn>) => <A, E, R>(program: Effect.Effect<A, E, R | LanguageModel>) =>
    taped(program.pipe(Effect.provide([ScriptedModel.layer(turns), priced, Cassette.recording])))

const trees = new WeakMap<Stream.Stream<Uint8Array>, Effect.Effect<TraceTree.TraceForest>>()

/** The tree of a file, built once. */
const treeOf = (file: Stream.Stream<Uint8Array>): Effect.Effect<TraceTree.TraceForest> =>
  Effect.suspend(() => {
    const tree = trees.get(file) ?? Effect.runSync(Effect.cached(TraceFile.tree(file)))
    trees.set(file, tree)
    return tree
  })

/** The differences between two programs according to `TraceDiff`: spans, attributes, tokens and costs. Empty if there are none. */
export const differences = (
  a: { readonly file: Stream.Stream<Uint8Array> },
  b: { readonly file: Stream.Stream<Uint8Array> }
): Effect.Effect<ReadonlyArray<unknown>> =>
  Effect.gen(function*() {
    const diff = TraceDiff.compare(yield* treeOf(a.file), yield* treeOf(b.file))
    return [
      ...diff.changes.filter(({ kind }) => kind !== "same"),
      ...(JSON.stringify(diff.a.usage) === JSON.stringify(diff.b.usage) ? [] : [diff.a.usage, diff.b.usage])
    ]
  })

/** The measurements without their times, sorted. */
export const measurements = (
  { metrics }: { readonly metrics: ReadonlyArray<MetricRecord> }
): ReadonlyArray<string> =>
  metrics.filter(({ name }) => !name.endsWith("_ms")).map(({ attributes, name, value }) =>
    JSON.stringify([name, value, attributes])
  ).sort()

/** Records a program, plays it, and expects both to be the same. Returns the recorded one. */
export const playedLikeRecorded = <A, E>(
  script: ReadonlyArray<ScriptedTurn>,
  program: Effect.Effect<A, E, LanguageModel>
) =>
  Effect.gen(function*() {
    const first = yield* recordedWith(...script)(program)
    const second = yield* taped(Effect.provide(program, Cassette.layer(first.file)))
    expect(yield* differences(first, second)).toEqual([])
    expect(measurements(second)).toEqual(measurements(first))
    expect(JSON.stringify(second.exit)).toBe(JSON.stringify(first.exit))
    return first
  })
