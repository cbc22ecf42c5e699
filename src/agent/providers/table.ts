/**
 * The vendors that the package knows. To add one, add an entry here, with a file of its own if it counts tokens or reports errors in its own way.
 */
import { count, type KnownUsage, property, type ReportedUsage, usageOf, validUsage } from "../Usage.js"
import { amazonBedrock } from "./amazonBedrock.js"
import { anthropic } from "./anthropic.js"
import { google, vertex } from "./google.js"
import { azure, openai } from "./openai.js"
import { openrouter } from "./openrouter.js"
import type { Provider } from "./Provider.js"

const providers: ReadonlyArray<Provider> = [
  anthropic,
  openai,
  amazonBedrock,
  azure,
  { name: "cohere", modelPrefixes: ["command"] },
  { name: "deepseek", modelPrefixes: ["deepseek"] },
  google,
  vertex,
  { name: "mistral_ai", aliases: ["mistral"], modelPrefixes: ["mistral", "codestral"], priceId: "mistral" },
  openrouter,
  { name: "perplexity", modelPrefixes: ["sonar"] },
  { name: "x_ai", aliases: ["xai"], modelPrefixes: ["grok"], priceId: "x-ai" }
]

const unnamed = "_OTHER"

const known: ReadonlyMap<string, Provider> = new Map(
  providers.flatMap((provider) => [provider.name, ...(provider.aliases ?? [])].map((name) => [name, provider]))
)

const providerNamed = (name: string): Provider => known.get(name) ?? { name }

/** What is known about who served a call. */
export interface ProviderHints {
  /** The name given by the user, or by the layer in use. */
  readonly named?: string | undefined
  /** The metadata of the answer, by provider. */
  readonly metadata?: Metadata | undefined
  /** `gen_ai.system`, as the layer sets it. */
  readonly system?: string | undefined
  readonly model?: string | undefined
}

/**
 * The provider's name: as given, else by the answer's metadata, by a model id that only one vendor has, by `gen_ai.system`, by the beginning of the
 * model id, else `_OTHER`.
 */
export const providerName = ({ metadata, model, named, system }: ProviderHints): string => {
  if (named !== undefined && named !== "") {
    return providerNamed(named).name
  }
  const answered = Object.keys(metadata ?? {}).flatMap((name) => known.get(name) ?? [])[0] ??
    providers.find(({ ownModels }) => model !== undefined && ownModels?.test(model))
  if (answered !== undefined) {
    return answered.name
  }
  return system !== undefined && system !== ""
    ? providerNamed(system).name
    : providers.find(({ modelPrefixes }) => modelPrefixes?.some((prefix) => model?.startsWith(prefix)))?.name ?? unnamed
}

/** The provider's id in `@pydantic/genai-prices`; `undefined` if the provider is unknown. */
export const priceIdOf = (name: string): string | undefined =>
  name === unnamed ? undefined : providerNamed(name).priceId ?? name

/** The model's id as it appears in price lists. */
export const priceModelOf = (provider: string, model: string): string =>
  providerNamed(provider).priceModel?.(model) ?? model

const standardTiers = new Set(providers.flatMap((provider) => provider.standardTiers ?? []))

/** Whether list prices apply to calls of this tier; `undefined` stands for a call that does not name a tier. */
export const isStandardTier = (tier: string | undefined): boolean => tier === undefined || standardTiers.has(tier)

/** Metadata of a finish part, by provider. */
export type Metadata = { readonly [provider: string]: unknown }

/** The usage in a finish part. Counts that it does not report are absent. */
export const finishedUsage = (reported: ReportedUsage, metadata: Metadata): KnownUsage => {
  for (const [name, own] of Object.entries(metadata)) {
    const read = providerNamed(name).usageOf
    if (read !== undefined) {
      return validUsage(read(reported, own))
    }
  }
  return validUsage(usageOf(reported))
}

/** The usage that a provider's layer sets on the span of `@effect/ai`. */
export const announcedUsage = (
  provider: string,
  announced: Pick<ReportedUsage, "inputTokens" | "outputTokens">
): KnownUsage => validUsage((providerNamed(provider).announcedUsageOf ?? usageOf)(announced))

/** The cost in US dollars that a finish part reports; `undefined` if it is missing or invalid. */
export const reportedCost = (metadata: Metadata): number | undefined =>
  Object.entries(metadata).flatMap(([name, own]) => count((providerNamed(name).costOf ?? costInUsage)(own)) ?? [])[0]

const costInUsage = (metadata: unknown): unknown => property(metadata, "usage", "cost")

/** The finish reason in a finish part: `refusal` if the model refused, whatever the vendor's layer calls that. */
export const finishReason = (reason: string, metadata: Metadata): string =>
  Object.keys(metadata).some((name) => providerNamed(name).refusalReason === reason) ? "refusal" : reason

/** The text of a refusal, from the metadata of a text part; `undefined` if the model did not refuse. */
export const refusalText = (metadata: Metadata): string | undefined =>
  Object.entries(metadata)
    .map(([name, own]) => providerNamed(name).refusalOf?.(own))
    .find((text): text is string => typeof text === "string")

/** The result of a tool, wrapped for the first of these vendors that only accepts objects; unchanged if there is none. */
export const resultAsObject = (
  names: ReadonlyArray<string>,
  { isFailure, result }: { readonly result: unknown; readonly isFailure: boolean }
): unknown => {
  const convert = names.flatMap((name) => providerNamed(name).resultAsObject ?? [])[0]
  return convert === undefined ? result : convert(result, isFailure)
}

/** Whether one of these vendors accepts a file from its own answer in a request. */
export const takesAnswerFile = (names: ReadonlyArray<string>, mediaType: string, data: unknown): boolean =>
  names.some((name) => providerNamed(name).takesAnswerFile?.(mediaType, data) === true)

/** The model that answered, according to the metadata of a finish part; `undefined` if it does not say. */
export const reportedModel = (metadata: Metadata): string | undefined => {
  for (const [name, own] of Object.entries(metadata)) {
    const model = providerNamed(name).modelOf?.(own)
    if (typeof model === "string" && model !== "") {
      return model
    }
  }
  return undefined
}

/** Whether a tool that a provider ran itself is a web search that it bills. Checks all providers, since the tool names of their layers differ. */
export const isBilledSearch = (tool: string, params: unknown): boolean =>
  providers.some((provider) => provider.isBilledSearch?.(tool, params) === true)

/** Whether the layer that set this metadata ends a failed answer like a finished one. */
export const finishesFailedCall = (metadata: Metadata): boolean =>
  Object.keys(metadata).some((name) => providerNamed(name).finishesFailedCalls === true)

/** The `type` or `code` of mid-stream errors that are worth a retry, for any provider. */
export const transientErrors: ReadonlySet<unknown> = new Set(
  providers.flatMap((provider) => provider.transientErrors ?? [])
)

const retryHeaders = new Set(providers.flatMap(({ retryHeader }) => retryHeader ?? []))

/** Whether the response itself asks for a retry; `undefined` if it does not say. */
export const asksForRetry = (headers: { readonly [name: string]: string | undefined }): boolean | undefined => {
  const asked = [...retryHeaders].map((name) => headers[name]).find((value) => value === "true" || value === "false")
  return asked === undefined ? undefined : asked === "true"
}
