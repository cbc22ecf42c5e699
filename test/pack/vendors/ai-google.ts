import { GoogleClient, GoogleLanguageModel } from "@effect/ai-google"
import { Layer } from "effect"
import { answering, events, expectAnswer } from "./shared.js"

const body = events({
  candidates: [{ content: { role: "model", parts: [{ text: "Five." }] }, finishReason: "STOP" }],
  usageMetadata: { promptTokenCount: 112, cachedContentTokenCount: 100, candidatesTokenCount: 4, totalTokenCount: 116 }
})

const Model = GoogleLanguageModel.layer({ model: "gemini-2.5-pro" }).pipe(
  Layer.provide(GoogleClient.layer({})),
  Layer.provide(answering(body))
)

await expectAnswer(Model, { provider: "gcp.gemini", tokens_in: 112, cached_tokens_in: 100, tokens_out: 4 })
