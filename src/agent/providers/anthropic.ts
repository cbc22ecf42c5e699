/**
 * Anthropic's Messages API: https://docs.anthropic.com/en/api/messages
 *
 * `input_tokens` only counts the tokens after the last cache breakpoint; those read from and written to a cache have to be added. `output_tokens`
 * includes thinking.
 */
import { plus, property, usageOf } from "../Usage.js"
import type { Provider } from "./Provider.js"

/** Anthropic. */
export const anthropic: Provider = {
  name: "anthropic",
  modelPrefixes: ["claude"],
  // Its layer turns `stop_reason: "refusal"` into this; the API itself has no stop reason of this name.
  refusalReason: "content-filter",
  usageOf: (reported, metadata) => {
    const usage = property(metadata, "usage")
    const created = property(usage, "cache_creation_input_tokens")
    return {
      ...usageOf(reported),
      // Without metadata, the tokens written to a cache are unknown, and so is the total input.
      tokensIn: metadata === undefined
        ? undefined
        : plus(reported.inputTokens, reported.cachedInputTokens, created),
      cacheCreationTokensIn: created as number | undefined,
      cacheCreation1hTokensIn: property(usage, "cache_creation", "ephemeral_1h_input_tokens") as number | undefined,
      serviceTier: property(usage, "service_tier") as string | undefined
    }
  },
  announcedUsageOf: ({ outputTokens }) => ({ tokensOut: outputTokens }),
  // Of `standard`, `priority` and `batch`.
  standardTiers: ["standard"],
  // https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/web-search-tool#usage-and-pricing
  isBilledSearch: (tool) => tool === "AnthropicWebSearch",
  // The `type` of its error event: https://docs.anthropic.com/en/api/errors
  transientErrors: ["api_error", "overloaded_error", "rate_limit_error", "timeout_error"],
  // As in its own client: https://github.com/anthropics/anthropic-sdk-typescript
  retryHeader: "x-should-retry"
}
