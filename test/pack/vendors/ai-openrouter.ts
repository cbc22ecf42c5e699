import { OpenRouterClient, OpenRouterLanguageModel } from "@effect/ai-openrouter"
import { Layer } from "effect"
import { answering, events, expectAnswer } from "./shared.js"

const head = { id: "gen-1", model: "anthropic/claude-sonnet-4.5", created: 1_760_000_000 }
const usage = {
  prompt_tokens: 112,
  completion_tokens: 4,
  total_tokens: 116,
  prompt_tokens_details: { cached_tokens: 100 }
}
const body = events(
  { ...head, choices: [{ index: 0, delta: { role: "assistant", content: "Five." }, finish_reason: "stop" }] },
  { ...head, choices: [], usage: { ...usage, cost: 0.00042 } }
) + "data: [DONE]\n\n"

const Model = OpenRouterLanguageModel.layer({ model: "anthropic/claude-sonnet-4.5" }).pipe(
  Layer.provide(OpenRouterClient.layer({})),
  Layer.provide(answering(body))
)

await expectAnswer(Model, {
  provider: "openrouter",
  tokens_in: 112,
  cached_tokens_in: 100,
  tokens_out: 4,
  cost_usd: 0.00042
})
