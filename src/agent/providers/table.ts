/**
 * The vendors that the package knows. To add one, add an entry here; give it a file of its own if it counts or fails in its own way.
 */
import { count, type KnownUsage, property, type ReportedUsage, usageOf } from "../Usage.js"
import { anthropic } from "./anthropic.js"
import { openai } from "./openai.js"
import type { Provider } from "./Provider.js"

const providers: ReadonlyArray<Provider> = [
  anthropic,
  openai,
  { name: "aws.bedrock", aliases: ["amazon-bedrock"], priceId: "aws" },
  { name: "azure.ai.openai", aliases: ["azure"], priceId: "azure" },
  { name: "cohere", modelPrefixes: ["command"] },
  { name: "deepseek", modelPrefixes: ["deepseek"] },
  { name: "gcp.gemini", aliases: ["google"], modelPrefixes: ["gemini"], priceId: "google" },
  { name: "gcp.vertex_ai", aliases: ["google-vertex"], priceId: "google" },
  { name: "mistral_ai", aliases: ["mistral"], modelPrefixes: ["mistral", "codestral"], priceId: "mistral" },
  // Reports `usage.cost`, which is the default.
  { name: "openrouter" },
  { name: "perplexity", modelPrefixes: ["sonar"] },
  { name: "x_ai", aliases: ["xai"], modelPrefixes: ["grok"], priceId: "x-ai" }
]

const unnamed = "_OTHER"

const providerNamed = (name: string): Provider =>
  providers.find((provider) => provider.name === name || provider.aliases?.includes(name)) ?? { name }

/** The provider's name: from the layer in use, else from the model id's prefix, else `_OTHER`. */
export const providerName = (named: string | undefined, model: string | undefined): string => {
  if (named !== undefined && named !== "") {
    return providerNamed(named).name
  }
  const known = providers.find(({ modelPrefixes }) => modelPrefixes?.some((prefix) => model?.startsWith(prefix)))
  return known?.name ?? unnamed
}

/** The provider's id in `@pydantic/genai-prices`; `undefined` if the provider is unknown. */
export const priceIdOf = (name: string): string | undefined =>
  name === unnamed ? undefined : providerNamed(name).priceId ?? name

/** Metadata of a finish part, by provider. */
export type Metadata = { readonly [provider: string]: unknown }

/** The usage in a finish part; `undefined` if it reports none. */
export const finishedUsage = (reported: ReportedUsage, metadata: Metadata): KnownUsage | undefined => {
  for (const [name, own] of Object.entries(metadata)) {
    const provider = providerNamed(name)
    if (provider.usageOf !== undefined) {
      return provider.usageOf(reported, own)
    }
  }
  return usageOf(reported)
}

/** The usage that a provider's layer sets on the span of `@effect/ai`. */
export const announcedUsage = (provider: string | undefined, reported: ReportedUsage): KnownUsage | undefined =>
  (providerNamed(provider ?? "").usageOf ?? usageOf)(reported, undefined)

/** The cost in US dollars that a finish part reports; `undefined` if it reports none, or an invalid one. */
export const reportedCost = (metadata: Metadata): number | undefined =>
  Object.entries(metadata).flatMap(([name, own]) => count((providerNamed(name).costOf ?? costInUsage)(own)) ?? [])[0]

const costInUsage = (metadata: unknown): unknown => property(property(metadata, "usage"), "cost")

/** Whether a finish part without usage, in an answer without content, reports a failed call. */
export const finishesFailedCall = (metadata: Metadata): boolean =>
  Object.keys(metadata).some((name) => providerNamed(name).finishesFailedCalls === true)

/** The `type` or `code` of errors in the middle of a stream that are worth a retry, of any provider. */
export const transientErrors: ReadonlySet<unknown> = new Set(
  providers.flatMap((provider) => provider.transientErrors ?? [])
)

const retryHeaders = new Set(providers.flatMap(({ retryHeader }) => retryHeader ?? []))

/** Whether the response itself says to try again; `undefined` if it does not say. */
export const asksForRetry = (headers: { readonly [name: string]: string | undefined }): boolean | undefined => {
  const asked = [...retryHeaders].map((name) => headers[name]).find((value) => value === "true" || value === "false")
  return asked === undefined ? undefined : asked === "true"
}
