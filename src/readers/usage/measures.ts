/**
 * Where tokens and dollars stand in records: in the package's metrics, on the spans of model calls, and as totals on the spans of runs.
 */
import type { RawAttributes } from "../../records/wire/facts.js"
import { Amounts, measured } from "./Amounts.js"

/** What a span is to the one who counts. */
export type SpanRole = "model" | "run" | "tool" | "other"

/** The role that a span's name says. */
export const roleOf = (name: string): SpanRole => {
  switch (name) {
    case "loom.model.stream":
      return "model"
    case "loom.run":
      return "run"
    case "loom.tool":
      return "tool"
    default:
      return "other"
  }
}

/** The mark of the quantity that a metric measures; 0 where it is none of tokens or dollars. */
export const quantityOf = (metric: string): number => {
  switch (metric) {
    case "loom.tokens.input":
      return measured.tokensIn
    case "loom.tokens.output":
      return measured.tokensOut
    case "loom.cost.usd":
      return measured.costUsd
    default:
      return 0
  }
}

/** What a span of a model call or of a run says about itself; `undefined` where it says nothing, and for other spans. */
export const amountsOfSpan = (role: SpanRole, attributes: RawAttributes): Amounts | undefined => {
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
export const labelOf = (attributes: RawAttributes, key: string): string | undefined => {
  const value = attributes[key]
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined
}
