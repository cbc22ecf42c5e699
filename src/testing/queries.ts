/**
 * Finds spans and metric values by name in the sink in the context.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { MetricRecord } from "../records/MetricRecord.js"
import type { SpanRecord } from "../records/SpanRecord.js"
import { InMemoryTelemetry } from "../sinks/InMemoryTelemetry.js"
import { attributesMatch, valueMatches } from "./compare/values.js"
import { visitsOf } from "./renderTree.js"
import type { AttributesExpectation } from "./SpanExpectation.js"
import { expectedTexts, lineOf } from "./text/spans.js"
import { nameText } from "./text/values.js"
import { callSite } from "./TraceMismatch.js"

/** `findSpan` found no span, or more than one. */
export class SpanNotFound extends Data.TaggedError("SpanNotFound")<{
  readonly message: string
  /** How many spans were found. */
  readonly found: number
}> {}

/** The ended spans with this name and at least these attributes, in tree order: parents before children. */
export const findSpans = (
  name: string | RegExp,
  attributes: AttributesExpectation = {}
): Effect.Effect<ReadonlyArray<SpanRecord>, never, InMemoryTelemetry> =>
  Effect.map(
    allSpans,
    (spans) => spans.filter((span) => valueMatches(name, span.name) && attributesMatch(attributes, span.attributes))
  )

/** The only ended span with this name and at least these attributes. Fails with `SpanNotFound` if there is none or more than one. */
export const findSpan = (
  name: string | RegExp,
  attributes: AttributesExpectation = {}
): Effect.Effect<SpanRecord, SpanNotFound, InMemoryTelemetry> => {
  const atCall = callSite(findSpan)
  return Effect.gen(function*() {
    const spans = yield* findSpans(name, attributes)
    if (spans.length === 1) {
      return spans[0]!
    }
    const message = notFoundMessage(lineOf(expectedTexts({ name, attributes })), spans.length, yield* allSpans)
    return yield* Effect.fail(atCall(new SpanNotFound({ found: spans.length, message })))
  })
}

/** The values of a metric that were emitted with at least these attributes, in the order in which they were emitted. */
export const metricValues = (
  name: string,
  attributes: AttributesExpectation = {}
): Effect.Effect<ReadonlyArray<number>, never, InMemoryTelemetry> =>
  Effect.map(allMetrics, (metrics) =>
    metrics
      .filter((metric) => metric.name === name && attributesMatch(attributes, metric.attributes))
      .map(({ value }) => value))

/** The sum of the values that `metricValues` returns. 0 if there are none, also if the name is misspelled. */
export const metricSum = (
  name: string,
  attributes: AttributesExpectation = {}
): Effect.Effect<number, never, InMemoryTelemetry> =>
  Effect.map(metricValues(name, attributes), (values) => values.reduce((sum, value) => sum + value, 0))

const allSpans: Effect.Effect<ReadonlyArray<SpanRecord>, never, InMemoryTelemetry> = Effect.flatMap(
  InMemoryTelemetry,
  (memory) => Effect.map(memory.tree, (roots) => visitsOf(roots).map(({ node }) => node.span))
)

const allMetrics: Effect.Effect<ReadonlyArray<MetricRecord>, never, InMemoryTelemetry> = Effect.flatMap(
  InMemoryTelemetry,
  (memory) => memory.metrics
)

const notFoundMessage = (wanted: string, found: number, spans: ReadonlyArray<SpanRecord>): string =>
  found === 0
    ? `No ended span matches ${wanted}. ${spans.length === 0 ? "No span has ended" : `Ended spans: ${namesOf(spans)}`}`
    : `${found} ended spans match ${wanted}, but findSpan expects one. Add an attribute that tells them apart, or use findSpans`

const namesOf = (spans: ReadonlyArray<SpanRecord>): string => {
  const counts = new Map<string, number>()
  spans.forEach(({ name }) => counts.set(name, (counts.get(name) ?? 0) + 1))
  return [...counts].slice(0, 20).map(([name, count]) => `${nameText(name)} (${count})`).join(", ")
}
