/**
 * OpenAI's Responses API. Cached input is part of the input that it reports, so it needs no reading of its own.
 */
import type { Provider } from "./Provider.js"

/** OpenAI. */
export const openai: Provider = {
  name: "openai",
  modelPrefixes: ["gpt-", "chatgpt", "o1", "o3", "o4"],
  // The `code` of its error event: https://platform.openai.com/docs/guides/error-codes
  transientErrors: ["rate_limit_exceeded", "server_error"],
  // As in its own client: https://github.com/openai/openai-node
  retryHeader: "x-should-retry",
  // `@effect/ai-openai` turns `response.failed` into a finish part.
  finishesFailedCalls: true
}
