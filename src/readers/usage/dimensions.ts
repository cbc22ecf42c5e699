/**
 * By what usage is told apart: a dimension has a label a span, or none where the span says nothing about it.
 */
import type { MetricFacts, SpanFacts, StartFacts } from "../../records/wire/facts.js"

/** A label a dimension, where there is one. */
export type Labels = ReadonlyArray<string | undefined>

/** The dimensions, in an order of their own. */
export interface Dimensions {
  readonly count: number
  /** What a span says: of itself, and of all below it that says nothing else. */
  readonly ofSpan: (span: SpanFacts | StartFacts) => Labels
  /** What a measurement says of itself, before its span is asked. */
  readonly ofMetric: (metric: MetricFacts) => Labels
}
