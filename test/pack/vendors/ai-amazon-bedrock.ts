import { AmazonBedrockClient, AmazonBedrockLanguageModel } from "@effect/ai-amazon-bedrock"
import { EventStreamCodec } from "@smithy/eventstream-codec"
import { Layer, Redacted } from "effect"
import { answering, expectAnswer } from "./shared.js"

const codec = new EventStreamCodec(
  (bytes) => new TextDecoder().decode(bytes as Uint8Array),
  (text) => new TextEncoder().encode(text)
)

const frame = (type: string, payload: object) =>
  new Uint8Array(codec.encode({
    headers: {
      ":message-type": { type: "string", value: "event" },
      ":event-type": { type: "string", value: type }
    },
    body: new TextEncoder().encode(JSON.stringify(payload))
  }))

const body = new Blob([
  frame("messageStart", { role: "assistant" }),
  frame("contentBlockDelta", { contentBlockIndex: 0, delta: { text: "Five." } }),
  frame("contentBlockStop", { contentBlockIndex: 0 }),
  frame("metadata", {
    usage: { inputTokens: 12, cacheReadInputTokens: 100, outputTokens: 4, totalTokens: 116 },
    metrics: { latencyMs: 42 }
  }),
  frame("messageStop", { stopReason: "end_turn" })
])

const Model = AmazonBedrockLanguageModel.layer({ model: "us.anthropic.claude-sonnet-4-5-20250929-v1:0" }).pipe(
  Layer.provide(AmazonBedrockClient.layer({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: Redacted.make("secret") })),
  Layer.provide(answering(body, "application/vnd.amazon.eventstream"))
)

await expectAnswer(Model, { provider: "aws.bedrock", tokens_in: 112, cached_tokens_in: 100, tokens_out: 4 })
