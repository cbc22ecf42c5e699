/**
 * Tokens of one model call, counted the same way for every provider.
 *
 * `tokensIn` is always all input, cached tokens included, before anything is summed, priced or compared with a budget. A count that a provider
 * does not report is unknown, which is not 0: a `Usage` has both its input and its output.
 */

/** Tokens of one model call. All counts ≥ 0. */
export interface Usage {
  /** All input tokens, including those read from and written to a cache. */
  readonly tokensIn: number
  /** All output tokens, including reasoning. */
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

/** What is known about a call's tokens: input, output or both. */
export interface KnownUsage {
  readonly input: InputUsage | undefined
  readonly output: OutputUsage | undefined
}

/** A usage report: of a finish part of `@effect/ai`, or of a provider that adds to it. */
export interface ReportedUsage {
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
  readonly reasoningTokens?: number | undefined
  readonly cachedInputTokens?: number | undefined
  readonly cacheCreationInputTokens?: number | undefined
}

/** A count or an amount, ≥ 0; `undefined` if the value is not one. */
export const count = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined

/** A property of a value that may not be an object. */
export const property = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? (value as { readonly [key: string]: unknown })[key] : undefined

/** The usage in a report whose `inputTokens` include cached tokens; `undefined` if it has no counts. */
export const usageOf = (reported: ReportedUsage): KnownUsage | undefined => {
  const tokensIn = count(reported.inputTokens)
  const tokensOut = count(reported.outputTokens)
  return known(
    tokensIn === undefined ? undefined : {
      tokensIn,
      // A part cannot exceed the whole.
      cachedTokensIn: Math.min(count(reported.cachedInputTokens) ?? 0, tokensIn),
      cacheCreationTokensIn: count(reported.cacheCreationInputTokens) ?? 0
    },
    tokensOut === undefined ? undefined : { tokensOut, reasoningTokensOut: count(reported.reasoningTokens) ?? 0 }
  )
}

const known = (input: InputUsage | undefined, output: OutputUsage | undefined): KnownUsage | undefined =>
  input === undefined && output === undefined ? undefined : { input, output }

/** Two reports about the same call in one: the later counts replace the earlier ones. */
export const laterUsage = (earlier: KnownUsage | undefined, later: KnownUsage | undefined): KnownUsage | undefined =>
  known(later?.input ?? earlier?.input, later?.output ?? earlier?.output)

/** The whole usage; `undefined` if part of it is unknown. */
export const wholeUsage = (usage: KnownUsage | undefined): Usage | undefined =>
  usage?.input === undefined || usage.output === undefined ? undefined : { ...usage.input, ...usage.output }
