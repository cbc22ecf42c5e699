/**
 * Reads tokens, dollars and labels from records: from metrics, from the spans of model calls, and from the totals on the spans of runs.
 */
import { type Meaning, meaningOf } from "../../dialects/meaning.js"
import { type AttributeKey, metrics } from "../../records/vocabulary.js"
import type { MetricFacts, RawAttributes, SpanFacts, StartFacts } from "../../records/wire/facts.js"
import { Amounts, measured } from "./Amounts.js"

const quantities: ReadonlyMap<string, number> = new Map([
  [metrics.tokensInput.name, measured.tokensIn],
  [metrics.tokensOutput.name, measured.tokensOut],
  [metrics.costUsd.name, measured.costUsd]
])

/** The flag of the quantity that a metric measures; 0 if it measures neither tokens nor dollars. */
export const quantityOf = (metric: string): number => quantities.get(metric) ?? 0

/** The usage on a model call's or a run's span; `undefined` if it has none, and for other spans. */
export const amountsOfSpan = ({ attributes, role }: Meaning): Amounts | undefined => {
  if (role !== "model" && role !== "run") {
    return undefined
  }
  const tokensIn = amount(attributes["tokens_in"])
  const tokensOut = amount(attributes["tokens_out"])
  const cached = amount(attributes["cached_tokens_in"])
  const cost = amount(attributes["cost_usd"])
  const has = flag(tokensIn, measured.tokensIn) | flag(tokensOut, measured.tokensOut) |
    flag(cached, measured.cachedTokensIn) | flag(cost, measured.costUsd)
  if (has === 0) {
    return undefined
  }
  const out = new Amounts()
  out.put(has, tokensIn ?? 0, tokensOut ?? 0, cached ?? 0, cost ?? 0)
  return out
}

const amount = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined

const flag = (value: number | undefined, which: number): number => value === undefined ? 0 : which

export const labelOf = (attributes: RawAttributes, key: AttributeKey): string | undefined => {
  const value = attributes[key]
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined
}

/** One label per dimension, or `undefined`. */
export type Labels = ReadonlyArray<string | undefined>

/** A span, with its meaning. */
export interface KnownSpan {
  readonly name: string
  readonly spanId: string
  readonly parentSpanId: string | null
  readonly meaning: Meaning
}

/** Adds the meaning to a span of a file. */
export const knownSpan = (
  { attributes, name, parentSpanId, spanId }: Pick<
    SpanFacts | StartFacts,
    "attributes" | "name" | "parentSpanId" | "spanId"
  >
): KnownSpan => ({
  name,
  spanId,
  parentSpanId,
  meaning: meaningOf(name, attributes)
})

/** How usage is grouped: each span has at most one label per dimension. */
export interface Dimensions {
  readonly count: number
  /** The labels of a span; they also apply to spans below it without labels of their own. */
  readonly ofSpan: (span: KnownSpan) => Labels
  /** The labels of a measurement; they take precedence over its span's. */
  readonly ofMetric: (metric: MetricFacts) => Labels
}
