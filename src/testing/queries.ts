/**
 * Questions to the sink in the context: the spans of a name, the values of a metric. What they find they give; nothing is compared here.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type { MetricRecord } from "../records/MetricRecord.js"
import type { SpanRecord } from "../records/SpanRecord.js"
import { InMemoryTelemetry } from "../sinks/InMemoryTelemetry.js"
import { at, callOf } from "./callSite.js"
import { attributesMatch, valueMatches } from "./compare/values.js"
import { visitsOf } from "./renderTree.js"
import type { AttributesExpectation } from "./SpanExpectation.js"
import { expectedTexts, lineOf } from "./text/spans.js"
import { nameText } from "./text/values.js"

/** There is no such span, or there are several. */
export class SpanNotFound extends Data.TaggedError("SpanNotFound")<{
  readonly message: string
  /** How many there are. */
  readonly found: number
}> {}

/** The spans of this name that have ended, with these attributes among theirs: in the order of the tree, each before what is below it. */
export const findSpans = (
  name: string | RegExp,
  attributes: AttributesExpectation = {}
): Effect.Effect<ReadonlyArray<SpanRecord>, never, InMemoryTelemetry> =>
  Effect.map(
    allSpans,
    (spans) => spans.filter((span) => valueMatches(name, span.name) && attributesMatch(attributes, span.attributes))
  )

/** The one span of this name that has ended, with these attributes among its own. Fails where there is none or more than one. */
export const findSpan = (
  name: string | RegExp,
  attributes: AttributesExpectation = {}
): Effect.Effect<SpanRecord, SpanNotFound, InMemoryTelemetry> => {
  const call = callOf(findSpan)
  return Effect.gen(function*() {
    const spans = yield* findSpans(name, attributes)
    if (spans.length === 1) {
      return spans[0]!
    }
    const message = notFoundMessage(lineOf(expectedTexts({ name, attributes })), spans.length, yield* allSpans)
    return yield* Effect.fail(at(call, new SpanNotFound({ found: spans.length, message })))
  })
}

/** The values of a metric that were taken with these attributes among theirs, in the order in which they were. */
export const metricValues = (
  name: string,
  attributes: AttributesExpectation = {}
): Effect.Effect<ReadonlyArray<number>, never, InMemoryTelemetry> =>
  Effect.map(allMetrics, (metrics) =>
    metrics
      .filter((metric) => metric.name === name && attributesMatch(attributes, metric.attributes))
      .map(({ value }) => value))

/** Their sum; 0 where there are none, so that a misspelt name is 0 as well. */
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
    ? `No span that has ended is ${wanted}. There ${spans.length === 0 ? "is none at all" : `are: ${namesOf(spans)}`}`
    : `${found} spans that have ended are ${wanted}, where one was looked for. Name an attribute that tells them apart, or use findSpans`

const namesOf = (spans: ReadonlyArray<SpanRecord>): string => {
  const counts = new Map<string, number>()
  spans.forEach(({ name }) => counts.set(name, (counts.get(name) ?? 0) + 1))
  return [...counts].slice(0, 20).map(([name, count]) => `${nameText(name)} (${count})`).join(", ")
}
