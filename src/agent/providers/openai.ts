/**
 * OpenAI's Responses API: https://platform.openai.com/docs/api-reference/responses
 *
 * Its counts include their parts: cached input, reasoning, and predicted output that was rejected. Azure serves the same protocol; there, a request
 * names a deployment, and only the answer names the model.
 */
import { property, usageOf } from "../Usage.js"
import type { Provider } from "./Provider.js"

/** OpenAI. */
export const openai: Provider = {
  name: "openai",
  modelPrefixes: ["gpt-", "chatgpt", "o1", "o3", "o4"],
  refusalOf: (metadata) => property(metadata, "refusal"),
  usageOf: (reported, metadata) => ({
    ...usageOf(reported),
    serviceTier: property(metadata, "serviceTier") as string | undefined
  }),
  // The others are `flex`, `priority` and `scale`. `auto` is not a tier but a request for the default one.
  standardTiers: ["default", "auto"],
  // Opening a page that was found costs nothing: https://platform.openai.com/docs/guides/tools-web-search
  isBilledSearch: (tool, params) =>
    tool.startsWith("OpenAiWebSearch") && property(params, "action", "type") === "search",
  // The `code` of its error event: https://platform.openai.com/docs/guides/error-codes
  transientErrors: ["rate_limit_exceeded", "server_error"],
  // As in its own client: https://github.com/openai/openai-node
  retryHeader: "x-should-retry",
  // `@effect/ai-openai` turns `response.failed` into a finish part.
  finishesFailedCalls: true
}

/** OpenAI's models in Azure. */
export const azure: Provider = {
  ...openai,
  name: "azure.ai.openai",
  aliases: ["azure"],
  modelPrefixes: [],
  priceId: "azure"
}
