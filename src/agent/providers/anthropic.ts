/**
 * Anthropic's Messages API.
 */
import { count, property, type ReportedUsage, usageOf } from "../Usage.js"
import type { Provider } from "./Provider.js"

// `input_tokens` are those after the last cache breakpoint: tokens read from and written to a cache come on top. Without the metadata the
// cached tokens are not known, and so the input is not either.
const allInput = ({ cachedInputTokens, inputTokens }: ReportedUsage, metadata: unknown): ReportedUsage => {
  const input = metadata === undefined ? undefined : count(inputTokens)
  const created = count(property(property(metadata, "usage"), "cache_creation_input_tokens")) ?? 0
  return {
    inputTokens: input === undefined ? undefined : input + (count(cachedInputTokens) ?? 0) + created,
    cachedInputTokens,
    cacheCreationInputTokens: created
  }
}

/** Anthropic. */
export const anthropic: Provider = {
  name: "anthropic",
  modelPrefixes: ["claude"],
  usageOf: (reported, metadata) => usageOf({ ...reported, ...allInput(reported, metadata) }),
  // The `type` of its error event: https://docs.anthropic.com/en/api/errors
  transientErrors: ["api_error", "overloaded_error", "rate_limit_error", "timeout_error"],
  // As in its own client: https://github.com/anthropics/anthropic-sdk-typescript
  retryHeader: "x-should-retry"
}
