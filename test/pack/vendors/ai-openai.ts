import { OpenAiClient, OpenAiLanguageModel } from "@effect/ai-openai"
import { Layer } from "effect"
import { answering, events, expectAnswer } from "./shared.js"

const usage = {
  input_tokens: 112,
  input_tokens_details: { cached_tokens: 100 },
  output_tokens: 4,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 116
}
const response = {
  id: "resp_1",
  object: "response",
  created_at: 1_760_000_000,
  error: null,
  incomplete_details: null,
  instructions: null,
  metadata: {},
  model: "gpt-5-2025-08-07",
  output: [],
  parallel_tool_calls: true,
  temperature: 1,
  tool_choice: "auto",
  tools: [],
  top_p: 1
}
const at = { item_id: "msg_1", output_index: 0, content_index: 0 }
const item = { id: "msg_1", type: "message", role: "assistant" }
const content = [{ type: "output_text", text: "Five.", annotations: [] }]
const body = events(
  { type: "response.created", sequence_number: 0, response: { ...response, status: "in_progress" } },
  {
    type: "response.output_item.added",
    sequence_number: 1,
    output_index: 0,
    item: { ...item, status: "in_progress", content: [] }
  },
  { type: "response.output_text.delta", sequence_number: 2, ...at, delta: "Five." },
  {
    type: "response.output_item.done",
    sequence_number: 3,
    output_index: 0,
    item: { ...item, status: "completed", content }
  },
  { type: "response.completed", sequence_number: 4, response: { ...response, status: "completed", usage } }
)

const Model = OpenAiLanguageModel.layer({ model: "gpt-5" }).pipe(
  Layer.provide(OpenAiClient.layer({})),
  Layer.provide(answering(body))
)

await expectAnswer(Model, { provider: "openai", tokens_in: 112, cached_tokens_in: 100, tokens_out: 4 })
