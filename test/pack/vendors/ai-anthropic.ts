import { AnthropicClient, AnthropicLanguageModel } from "@effect/ai-anthropic"
import { Layer } from "effect"
import { answering, events, expectAnswer } from "./shared.js"

const usage = { input_tokens: 12, output_tokens: 1, cache_read_input_tokens: 100, cache_creation_input_tokens: 0 }
const message = { id: "msg_1", type: "message", role: "assistant", model: "claude-sonnet-4-5-20250929", content: [] }
const body = events(
  { type: "message_start", message: { ...message, stop_reason: null, stop_sequence: null, usage } },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Five." } },
  { type: "content_block_stop", index: 0 },
  { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 4 } },
  { type: "message_stop" }
)

const Model = AnthropicLanguageModel.layer({ model: "claude-sonnet-4-5" }).pipe(
  Layer.provide(AnthropicClient.layer({})),
  Layer.provide(answering(body))
)

await expectAnswer(Model, { provider: "anthropic", tokens_in: 112, cached_tokens_in: 100, tokens_out: 4 })
