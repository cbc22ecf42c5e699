/**
 * Where tokens and dollars stand in records: in the package's metrics, on the spans of model calls, and as totals on the spans of runs.
 */
import { type AttributeKey, metrics, type SpanRole } from "../../records/vocabulary.js"
import type { MetricFacts, RawAttributes, SpanFacts, StartFacts } from "../../records/wire/facts.js"
import { Amounts, measured } from "./Amounts.js"

const quantities: ReadonlyMap<string, number> = new Map([
  [metrics.tokensInput.name, measured.tokensIn],
  [metrics.tokensOutput.name, measured.tokensOut],
  [metrics.costUsd.name, measured.costUsd]
])

/** The mark of the quantity that a metric measures; 0 if it measures neither tokens nor dollars. */
export const quantityOf = (metric: string): number => quantities.get(metric) ?? 0

/** What a span of a model call or of a run says about itself; `undefined` where it says nothing, and for other spans. */
export const amountsOfSpan = (role: SpanRole | undefined, attributes: RawAttributes): Amounts | undefined => {
  if (role !== "model" && role !== "run") {
    return undefined
  }
  const tokensIn = amount(attributes["tokens_in"])
  const tokensOut = amount(attributes["tokens_out"])
  const cached = amount(attributes["cached_tokens_in"])
  const cost = amount(attributes["cost_usd"])
  const has = mark(tokensIn, measured.tokensIn) | mark(tokensOut, measured.tokensOut) |
    mark(cached, measured.cachedTokensIn) | mark(cost, measured.costUsd)
  if (has === 0) {
    return undefined
  }
  const out = new Amounts()
  out.put(has, tokensIn ?? 0, tokensOut ?? 0, cached ?? 0, cost ?? 0)
  return out
}

const amount = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined

const mark = (value: number | undefined, which: number): number => value === undefined ? 0 : which

/** An attribute that can be a label. */
export const labelOf = (attributes: RawAttributes, key: AttributeKey): string | undefined => {
  const value = attributes[key]
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined
}

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
