/**
 * Langfuse's SDK: an agent with a generation from its OpenAI wrapper, a manual generation with its cost, and a tool that fails.
 */
import { observeOpenAI } from "@langfuse/openai"
import { LangfuseSpanProcessor } from "@langfuse/otel"
import { propagateAttributes, startActiveObservation, startObservation } from "@langfuse/tracing"
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node"
import OpenAI from "openai"
import { completion, exporter, openai } from "./sink.mjs"

const provider = new NodeTracerProvider({
  spanProcessors: [new LangfuseSpanProcessor({ exporter, exportMode: "immediate", publicKey: "pk", secretKey: "sk" })]
})
provider.register()

const server = await openai({ chat: [completion("Five.")] })
const client = observeOpenAI(new OpenAI({ apiKey: "none", baseURL: server.url, maxRetries: 0 }))
await startActiveObservation("adder", async (agent) => {
  await propagateAttributes({ userId: "alice", sessionId: "chat-1" }, async () => {
    agent.update({ input: "Add 2 and 3" })
    await client.chat.completions.create({ model: "gpt-5", messages: [{ role: "user", content: "Add 2 and 3" }] })
    startObservation("by hand", {
      model: "claude-opus-4-1",
      input: [{ role: "user", content: "Is it so?" }],
      output: [{ role: "assistant", content: "It is." }],
      usageDetails: { input: 50, output: 7, cache_read_input_tokens: 30 },
      costDetails: { input: 0.001, output: 0.002, total: 0.003 }
    }, { asType: "generation" }).end()
    startObservation("broken", { input: { path: "/x" }, level: "ERROR", statusMessage: "disk on fire" }, {
      asType: "tool"
    })
      .end()
    agent.update({ output: "Five." })
  })
}, { asType: "agent" })
await provider.forceFlush()
await provider.shutdown()
server.close()
