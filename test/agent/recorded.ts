/**
 * The records of a program: every agent test runs through here and looks only at records.
 */
import type * as LanguageModel from "@effect/ai/LanguageModel"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import type { InMemoryTelemetry, MetricRecord, SpanNode, SpanRecord, SpanStart, Telemetry } from "loom-telemetry"
import { spanTree } from "loom-telemetry"
import { ScriptedModel, type ScriptedTurn } from "loom-telemetry/agent"
import { TestTelemetry } from "loom-telemetry/testing"

/** The records of a finished program. */
export interface Records {
  /** In the order in which they ended. */
  readonly spans: ReadonlyArray<SpanRecord>
  /** In the order in which they were taken. */
  readonly metrics: ReadonlyArray<MetricRecord>
  /** Spans that were left open. */
  readonly open: ReadonlyArray<SpanStart>
}

/** The records with the program's exit. */
export interface Recorded<A, E> extends Records {
  readonly exit: Exit.Exit<A, E>
}

type Sinks = Telemetry | InMemoryTelemetry | TestTelemetry

/** Runs a program to its end, however it ends, and returns what was recorded. */
export const recorded = <A, E, R>(
  program: Effect.Effect<A, E, R>
): Effect.Effect<Recorded<A, E>, never, Exclude<R, Sinks>> =>
  Effect.gen(function*() {
    const exit = yield* Effect.exit(program)
    return { exit, ...(yield* records) }
  }).pipe(Effect.provide(TestTelemetry.layer))

/** What was recorded so far. */
const records: Effect.Effect<Records, never, TestTelemetry> = Effect.flatMap(
  TestTelemetry,
  ({ metrics, open, spans }) => Effect.all({ spans, metrics, open })
)

/** A program with a model that follows this script. */
export const scripted =
  (...turns: ReadonlyArray<ScriptedTurn>) =>
  <A, E, R>(program: Effect.Effect<A, E, R>): Effect.Effect<A, E, Exclude<R, LanguageModel.LanguageModel>> =>
    Effect.provide(program, ScriptedModel.layer(turns) as Layer.Layer<LanguageModel.LanguageModel>)

/** The spans of this name, in the order in which they opened. */
export const spansNamed = ({ spans }: Pick<Records, "spans">, name: string): ReadonlyArray<SpanRecord> =>
  flat(spanTree(spans)).filter((span) => span.name === name)

const flat = (nodes: ReadonlyArray<SpanNode>): ReadonlyArray<SpanRecord> =>
  nodes.flatMap(({ children, span }) => [span, ...flat(children)])

/** The one span of this name. */
export const spanNamed = (of: Pick<Records, "spans">, name: string): SpanRecord => {
  const found = spansNamed(of, name)
  if (found.length !== 1) {
    throw new Error(`expected one span ${name}, found ${found.length}`)
  }
  return found[0]!
}

/** The attribute of every span of this name, in the order in which they opened. */
export const attributeOf = (of: Pick<Records, "spans">, name: string, key: string): ReadonlyArray<unknown> =>
  spansNamed(of, name).map(({ attributes }) => attributes[key])

/** The measurements of this name, as value and attributes. */
export const metricsNamed = (
  { metrics }: Pick<Records, "metrics">,
  name: string
): ReadonlyArray<{ readonly [key: string]: unknown; readonly value: number }> =>
  metrics.filter((metric) => metric.name === name).map(({ attributes, value }) => ({ ...attributes, value }))

/** The sum of the measurements of this name. */
export const total = (of: Pick<Records, "metrics">, name: string): number =>
  metricsNamed(of, name).reduce((sum, { value }) => sum + value, 0)

/** The sum of an attribute over the spans of this name. */
export const totalOf = (of: Pick<Records, "spans">, name: string, key: string): number =>
  attributeOf(of, name, key).reduce<number>((sum, value) => sum + (typeof value === "number" ? value : 0), 0)

/**
 * The tree as an indented outline, in the order in which spans opened, with these attributes of each span that has them, and its outcome if that
 * is not success.
 */
export const outline = ({ spans }: Pick<Records, "spans">, ...keys: ReadonlyArray<string>): ReadonlyArray<string> =>
  spanTree(spans).flatMap((root) => linesOf(root, keys, ""))

const linesOf = (node: SpanNode, keys: ReadonlyArray<string>, indent: string): ReadonlyArray<string> => {
  const { attributes, name, outcome } = node.span
  const shown = keys.filter((key) => attributes[key] !== undefined).map((key) => ` ${key}=${String(attributes[key])}`)
  return [
    `${indent}${name}${shown.join("")}${outcome === "success" ? "" : ` [${outcome}]`}`,
    ...node.children.flatMap((child) => linesOf(child, keys, `${indent}  `))
  ]
}

/** What is wrong with the records of a finished program, such as open spans or runs without a duration. */
export const flaws = (of: Records): ReadonlyArray<string> => {
  const count = (name: string) => of.spans.filter((span) => span.name === name).length
  const measured = (name: string) => of.metrics.filter((metric) => metric.name === name).length
  // The duration of the provider's own tools is unknown.
  const ownTools =
    of.spans.filter(({ attributes, name }) => name === "loom.tool" && attributes["provider_executed"] !== true).length
  return [
    ...of.open.map(({ name }) => `${name} is left open`),
    ...(count("loom.run") === measured("loom.session.duration_ms")
      ? []
      : [`${count("loom.run")} runs, ${measured("loom.session.duration_ms")} loom.session.duration_ms`]),
    ...(ownTools === measured("loom.tool.duration_ms")
      ? []
      : [`${ownTools} tools, ${measured("loom.tool.duration_ms")} loom.tool.duration_ms`]),
    ...(new Set(of.spans.map(({ traceId }) => traceId)).size > 1 ? ["more than one trace"] : [])
  ]
}
