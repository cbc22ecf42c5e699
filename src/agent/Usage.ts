/**
 * Tokens of one model call, counted the same way for every provider.
 *
 * Providers disagree on whether cached tokens are part of the input: OpenAI includes them, Anthropic counts them beside it. Here `tokensIn` is
 * always all input, cached tokens included, before anything is summed, priced or budgeted. What a provider does not say is not known, which is
 * not 0: only where both input and output are known there is a `Usage`.
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

type InputUsage = Pick<Usage, "tokensIn" | "cachedTokensIn" | "cacheCreationTokensIn">

type OutputUsage = Pick<Usage, "tokensOut" | "reasoningTokensOut">

/** As much as is known of a call's tokens; one of the two at least. */
export interface KnownUsage {
  /** `undefined` where the provider does not say it, or says no count. */
  readonly input: InputUsage | undefined
  /** `undefined` where the provider does not say it, or says no count. */
  readonly output: OutputUsage | undefined
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

const count = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined

/** The usage that a finish part reports; `undefined` where it reports none. */
export const usageOf = (reported: ReportedUsage, metadata: Metadata): KnownUsage | undefined =>
  known(inputOf(reported, metadata), outputOf(reported))

const known = (input: InputUsage | undefined, output: OutputUsage | undefined): KnownUsage | undefined =>
  input === undefined && output === undefined ? undefined : { input, output }

const inputOf = ({ cachedInputTokens, inputTokens }: ReportedUsage, metadata: Metadata): InputUsage | undefined => {
  const input = count(inputTokens)
  if (input === undefined) {
    return undefined
  }
  const cached = count(cachedInputTokens) ?? 0
  const created = cacheCreationTokens(metadata)
  return excludesCache(metadata)
    ? { tokensIn: input + cached + created, cachedTokensIn: cached, cacheCreationTokensIn: created }
    // A part is no more than the whole.
    : { tokensIn: input, cachedTokensIn: Math.min(cached, input), cacheCreationTokensIn: created }
}

const outputOf = ({ outputTokens, reasoningTokens }: ReportedUsage): OutputUsage | undefined => {
  const output = count(outputTokens)
  return output === undefined ? undefined : { tokensOut: output, reasoningTokensOut: count(reasoningTokens) ?? 0 }
}

// Anthropic's Messages API: `input_tokens` are those after the last cache breakpoint.
const excludesCache = (metadata: Metadata): boolean => "anthropic" in metadata

const cacheCreationTokens = (metadata: Metadata): number => {
  const anthropic = metadata["anthropic"]
  const usage = isRecord(anthropic) ? anthropic["usage"] : undefined
  return isRecord(usage) ? count(usage["cache_creation_input_tokens"]) ?? 0 : 0
}

/** What is known of two reports about the same call: the later one counts, in what it says. */
export const laterUsage = (earlier: KnownUsage | undefined, later: KnownUsage | undefined): KnownUsage | undefined =>
  known(later?.input ?? earlier?.input, later?.output ?? earlier?.output)

/** Two answers of one call together; what one of them does not say is not known of both. */
export const addedUsage = (one: KnownUsage | undefined, other: KnownUsage | undefined): KnownUsage | undefined =>
  one === undefined || other === undefined
    ? one ?? other
    : known(
      one.input && other.input && {
        tokensIn: one.input.tokensIn + other.input.tokensIn,
        cachedTokensIn: one.input.cachedTokensIn + other.input.cachedTokensIn,
        cacheCreationTokensIn: one.input.cacheCreationTokensIn + other.input.cacheCreationTokensIn
      },
      one.output && other.output && {
        tokensOut: one.output.tokensOut + other.output.tokensOut,
        reasoningTokensOut: one.output.reasoningTokensOut + other.output.reasoningTokensOut
      }
    )

/** The whole usage; `undefined` where a part of it is not known. */
export const wholeUsage = (usage: KnownUsage | undefined): Usage | undefined =>
  usage?.input === undefined || usage.output === undefined ? undefined : { ...usage.input, ...usage.output }

const noInput: InputUsage = { tokensIn: 0, cachedTokensIn: 0, cacheCreationTokensIn: 0 }

const noOutput: OutputUsage = { tokensOut: 0, reasoningTokensOut: 0 }

/** What it adds to a total: nothing for what is not known. */
export const countedUsage = (usage: KnownUsage | undefined): Usage => ({
  ...usage?.input ?? noInput,
  ...usage?.output ?? noOutput
})

/** Whether both report the same tokens. */
export const isSameUsage = (one: KnownUsage, other: KnownUsage): boolean =>
  one.input?.tokensIn === other.input?.tokensIn && one.output?.tokensOut === other.output?.tokensOut
