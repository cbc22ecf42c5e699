/**
 * Tokens of one model call, counted the same way for every provider.
 *
 * `tokensIn` always covers all input and `tokensOut` all output, before anything is summed, priced or compared with a budget. The other counts are
 * parts of these two and are never added to them. A count that the provider does not report is absent, not 0.
 */

/** Tokens of one model call. All counts ≥ 0; absent if unknown. */
export interface Usage {
  /** All input tokens, including those read from and written to a cache. */
  readonly tokensIn: number
  /** The part of `tokensIn` that was read from a cache. */
  readonly cachedTokensIn?: number | undefined
  /** The part of `tokensIn` that was written to a cache. */
  readonly cacheCreationTokensIn?: number | undefined
  /** The part of `cacheCreationTokensIn` that is cached for an hour, which costs more. */
  readonly cacheCreation1hTokensIn?: number | undefined
  /** All output tokens, including reasoning. */
  readonly tokensOut: number
  /** The part of `tokensOut` that the model spent on reasoning. */
  readonly reasoningTokensOut?: number | undefined
  /** The parts that are not text; multimodal models price them separately. */
  readonly media?: ReadonlyArray<MediaTokens> | undefined
  /** Web searches that the provider ran itself and bills individually, ≥ 1. */
  readonly webSearches?: number | undefined
  /** The tier that served the call, by the provider's own name, such as `flex`. */
  readonly serviceTier?: string | undefined
}

/** What is known of a call's usage: perhaps only its input or its output, perhaps nothing. */
export type KnownUsage = { readonly [Key in keyof Usage]?: Usage[Key] | undefined }

/** Tokens of one medium. */
export interface MediaTokens {
  /** The kind of media. */
  readonly medium: "audio" | "image" | "video"
  /** What they are part of: `tokensIn`, `cachedTokensIn` or `tokensOut`. */
  readonly of: "input" | "cached" | "output"
  /** How many, ≥ 0. */
  readonly tokens: number
}

/** The counts in a finish part of `@effect/ai`, each as a provider's layer fills it in. */
export interface ReportedUsage {
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
  readonly reasoningTokens?: number | undefined
  readonly cachedInputTokens?: number | undefined
}

/** A count or an amount, ≥ 0; `undefined` if the value is not one. */
export const count = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined

/** A property of a value that may not be an object. With several keys, a nested property. */
export const property = (value: unknown, ...keys: ReadonlyArray<string>): unknown =>
  keys.reduce<unknown>(
    (inside, key) =>
      typeof inside === "object" && inside !== null ? (inside as { readonly [key: string]: unknown })[key] : undefined,
    value
  )

/** The sum of a count and the counts that it does not include; `undefined` if the count is unknown. */
export const plus = (whole: unknown, ...parts: ReadonlyArray<unknown>): number | undefined => {
  const known = count(whole)
  return known === undefined ? undefined : parts.reduce<number>((sum, part) => sum + (count(part) ?? 0), known)
}

/** The usage in a report whose counts include all their parts. */
export const usageOf = (reported: ReportedUsage): KnownUsage => ({
  tokensIn: reported.inputTokens,
  cachedTokensIn: reported.cachedInputTokens,
  tokensOut: reported.outputTokens,
  reasoningTokensOut: reported.reasoningTokens
})

/** A part, limited to its total; unknown if the total is. */
const within = (whole: number | undefined, part: unknown): number | undefined => {
  const known = count(part)
  return whole === undefined || known === undefined ? undefined : Math.min(known, whole)
}

/** The usage without invalid counts, and with every part limited to its total. */
export const validUsage = (usage: KnownUsage): KnownUsage => {
  const tokensIn = count(usage.tokensIn)
  const tokensOut = count(usage.tokensOut)
  const cachedTokensIn = within(tokensIn, usage.cachedTokensIn)
  const cacheCreationTokensIn = within(
    tokensIn === undefined ? undefined : tokensIn - (cachedTokensIn ?? 0),
    usage.cacheCreationTokensIn
  )
  const media = usage.media?.filter(({ tokens }) => (count(tokens) ?? 0) > 0) ?? []
  return known({
    tokensIn,
    cachedTokensIn,
    cacheCreationTokensIn,
    cacheCreation1hTokensIn: within(cacheCreationTokensIn, usage.cacheCreation1hTokensIn),
    tokensOut,
    reasoningTokensOut: within(tokensOut, usage.reasoningTokensOut),
    media: media.length === 0 ? undefined : media,
    serviceTier: typeof usage.serviceTier === "string" && usage.serviceTier !== "" ? usage.serviceTier : undefined
  })
}

const known = (usage: KnownUsage): KnownUsage =>
  Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== undefined))

/** Merges two reports about the same call: later counts replace earlier ones, input and output each with all their parts. */
export const laterUsage = (earlier: KnownUsage, later: KnownUsage): KnownUsage => {
  const input = later.tokensIn === undefined ? earlier : later
  const output = later.tokensOut === undefined ? earlier : later
  return known({
    tokensIn: input.tokensIn,
    cachedTokensIn: input.cachedTokensIn,
    cacheCreationTokensIn: input.cacheCreationTokensIn,
    cacheCreation1hTokensIn: input.cacheCreation1hTokensIn,
    tokensOut: output.tokensOut,
    reasoningTokensOut: output.reasoningTokensOut,
    media: later.media ?? earlier.media,
    serviceTier: later.serviceTier ?? earlier.serviceTier
  })
}

/** Whether any tokens are known. */
export const hasTokens = ({ tokensIn, tokensOut }: KnownUsage): boolean =>
  tokensIn !== undefined || tokensOut !== undefined

/** Whether both input and output are known. */
export const isWhole = (usage: KnownUsage): usage is Usage =>
  usage.tokensIn !== undefined && usage.tokensOut !== undefined
