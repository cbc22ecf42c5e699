/**
 * A sink as the contract suite sees it: a layer, and a way to read what it recorded.
 */
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { MetricRecord, ScoreRecord, SpanNode, SpanRecord, Telemetry } from "loom-telemetry"
import { spanTree } from "loom-telemetry"

/** What a sink received, in order. */
export interface Recorded {
  readonly spans: ReadonlyArray<SpanRecord>
  readonly metrics: ReadonlyArray<MetricRecord>
  readonly scores: ReadonlyArray<ScoreRecord>
}

/** A new sink. `recorded` is read after the layer has been released. */
export interface Subject {
  readonly layer: Layer.Layer<Telemetry>
  readonly recorded: Effect.Effect<Recorded>
}

/** Creates a new sink for one test. */
export type MakeSubject = Effect.Effect<Subject, never, Scope.Scope>

/** A program's exit and what the sink recorded. */
export interface Run<A, E> extends Recorded {
  readonly exit: Exit.Exit<A, E>
}

/** Runs the program with a new layer of the sink, releases the layer, and reads the records. */
export const runWith = <A, E>(
  make: MakeSubject,
  program: Effect.Effect<A, E, Telemetry>
): Effect.Effect<Run<A, E>> =>
  Effect.scoped(Effect.gen(function*() {
    const subject = yield* make
    const exit = yield* Effect.exit(Effect.provide(program, subject.layer))
    return { exit, ...(yield* subject.recorded) }
  }))

/** The spans as an indented outline, siblings sorted by name; outcomes other than success are shown. */
export const outline = (spans: ReadonlyArray<SpanRecord>): ReadonlyArray<string> => {
  // A tree holds only one span per id, and would hide a second one.
  if (new Set(spans.map((span) => span.spanId)).size < spans.length) {
    throw new Error(`recorded twice: ${spans.map((span) => `${span.name} ${span.spanId}`).join(", ")}`)
  }
  return spanTree(spans).toSorted(byName).flatMap((root) => linesOf(root, ""))
}

const linesOf = ({ children, span }: SpanNode, indent: string): ReadonlyArray<string> => [
  `${indent}${span.name}${span.outcome === "success" ? "" : ` [${span.outcome}]`}`,
  ...children.toSorted(byName).flatMap((child) => linesOf(child, `${indent}  `))
]

const byName = (a: SpanNode, b: SpanNode): number => a.span.name < b.span.name ? -1 : a.span.name > b.span.name ? 1 : 0

/** The only span with this name. */
export const spanNamed = (recorded: Recorded, name: string): SpanRecord => {
  const found = recorded.spans.filter((span) => span.name === name)
  if (found.length !== 1) {
    throw new Error(`expected one span ${JSON.stringify(name)}, found ${found.length}`)
  }
  return found[0]!
}

/** The only measurement with this name. */
export const metricNamed = (recorded: Recorded, name: string): MetricRecord => {
  const found = recorded.metrics.filter((metric) => metric.name === name)
  if (found.length !== 1) {
    throw new Error(`expected one metric ${JSON.stringify(name)}, found ${found.length}`)
  }
  return found[0]!
}
