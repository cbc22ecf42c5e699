/**
 * Pydantic Logfire's SDK: its own spans around an agent of the Vercel AI SDK, version 6.
 */
import { SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base"
import * as logfire from "@pydantic/logfire-node"
import * as ai from "ai"
import { MockLanguageModelV3 } from "ai/test"
import { exporter } from "./sink.mjs"

logfire.configure({
  serviceName: "adder",
  sendToLogfire: false,
  console: false,
  additionalSpanProcessors: [new SimpleSpanProcessor(exporter)]
})
const model = new MockLanguageModelV3({
  provider: "openai.chat",
  modelId: "gpt-5",
  doGenerate: async () => ({
    content: [{ type: "text", text: "Five." }],
    finishReason: { unified: "stop", raw: "stop" },
    usage: { inputTokens: { total: 100, noCache: 60, cacheRead: 40 }, outputTokens: { total: 10, text: 10 } },
    warnings: []
  })
})
await logfire.span("add {a} and {b}", {
  attributes: { a: 2, b: 3, "user.id": "alice" },
  callback: async () => {
    logfire.info("asking")
    await ai.generateText({
      model,
      prompt: "Add 2 and 3",
      experimental_telemetry: { isEnabled: true, functionId: "adder" }
    })
    await logfire.span("read", {
      attributes: {},
      callback: async () => {
        throw new Error("disk on fire")
      }
    }).catch(() => {})
  }
})
await logfire.shutdown()
process.exit(0)
