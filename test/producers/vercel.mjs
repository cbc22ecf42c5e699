/**
 * An agent of the Vercel AI SDK: a call with two tools, one of which fails, then the answer.
 */
import { NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node"
import * as ai from "ai"
import * as test from "ai/test"
import { z } from "zod"
import { exporter } from "./sink.mjs"

const usage = (input, cached, output) => ({
  inputTokens: { total: input, noCache: input - cached, cacheRead: cached, cacheWrite: 0 },
  outputTokens: { total: output, text: output, reasoning: 0 }
})

const answers = [
  {
    content: [
      { type: "tool-call", toolCallId: "c1", toolName: "add", input: "{\"a\":2,\"b\":3}" },
      { type: "tool-call", toolCallId: "c2", toolName: "broken", input: "{}" }
    ],
    finishReason: { unified: "tool-calls", raw: "tool_calls" },
    usage: usage(100, 40, 10),
    warnings: []
  },
  {
    content: [{ type: "text", text: "Five." }],
    finishReason: { unified: "stop", raw: "stop" },
    usage: usage(150, 0, 20),
    warnings: []
  }
]

const Model = test.MockLanguageModelV4 ?? test.MockLanguageModelV3

const tools = {
  add: ai.tool({
    description: "adds",
    inputSchema: z.object({ a: z.number(), b: z.number() }),
    execute: async ({ a, b }) => a + b
  }),
  broken: ai.tool({
    description: "fails",
    inputSchema: z.object({}),
    execute: async () => {
      throw new Error("disk on fire")
    }
  })
}

/** Runs the agent. `setUp` registers the tracing. */
export const run = async (setUp) => {
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  provider.register()
  setUp(ai)
  const telemetry = { isEnabled: true, functionId: "adder", metadata: { userId: "alice", sessionId: "chat-1" } }
  const { text } = await ai.generateText({
    model: new Model({ provider: "openai.chat", modelId: "gpt-5", doGenerate: async () => answers.shift() }),
    tools,
    stopWhen: ai.stepCountIs(5),
    system: "You add.",
    prompt: "Add 2 and 3",
    telemetry,
    experimental_telemetry: telemetry
  })
  console.log(text)
  await provider.shutdown()
}
