/**
 * Tokens of one model call, counted the same way for every provider.
 *
 * Providers disagree on whether cached tokens are part of the input: OpenAI includes them, Anthropic counts them beside it. Here `tokensIn` is
 * always all input, cached tokens included, before anything is summed, priced or budgeted.
 */

/** Tokens of one model call. All counts ≥ 0. */
export interface Usage {
  /** All input tokens, those read from and written to a cache included. */
  readonly tokensIn: number
  /** All output tokens, reasoning included. */
  readonly tokensOut: number
  /** The part of `tokensIn` that was read from a cache. */
  readonly cachedTokensIn: number
  /** The part of `tokensIn` that was written to a cache. */
  readonly cacheCreationTokensIn: number
  /** The part of `tokensOut` that the model spent on reasoning. */
  readonly reasoningTokensOut: number
}

/** What a finish part says, as `@effect/ai` hands it on. */
export interface ReportedUsage {
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
  readonly reasoningTokens?: number | undefined
  readonly cachedInputTokens?: number | undefined
}

type Metadata = { readonly [provider: string]: unknown }

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null

const count = (value: unknown): number => typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0

/** The usage that a finish part reports; `undefined` where it reports none. */
export const usageOf = (reported: ReportedUsage, metadata: Metadata): Usage | undefined => {
  if (reported.inputTokens === undefined && reported.outputTokens === undefined) {
    return undefined
  }
  const cached = count(reported.cachedInputTokens)
  const created = cacheCreationTokens(metadata)
  return {
    tokensIn: count(reported.inputTokens) + (excludesCache(metadata) ? cached + created : 0),
    tokensOut: count(reported.outputTokens),
    cachedTokensIn: cached,
    cacheCreationTokensIn: created,
    reasoningTokensOut: count(reported.reasoningTokens)
  }
}

// Anthropic's Messages API: `input_tokens` are those after the last cache breakpoint.
const excludesCache = (metadata: Metadata): boolean => "anthropic" in metadata

const cacheCreationTokens = (metadata: Metadata): number => {
  const anthropic = metadata["anthropic"]
  const usage = isRecord(anthropic) ? anthropic["usage"] : undefined
  return isRecord(usage) ? count(usage["cache_creation_input_tokens"]) : 0
}
