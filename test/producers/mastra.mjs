/**
 * A Mastra agent with a tool that fails, exported by Mastra's own OpenTelemetry exporter.
 */
import { Agent } from "@mastra/core/agent"
import { Mastra } from "@mastra/core/mastra"
import { createTool } from "@mastra/core/tools"
import { Observability } from "@mastra/observability"
import { OtelExporter } from "@mastra/otel-exporter"
import { MockLanguageModelV3, simulateReadableStream } from "ai/test"
import { z } from "zod"
import { receiver } from "./sink.mjs"

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

const streamed = ({ content, finishReason, usage }) =>
  simulateReadableStream({
    chunks: [
      { type: "stream-start", warnings: [] },
      ...content.flatMap((part) =>
        part.type === "text"
          ? [{ type: "text-start", id: "1" }, { type: "text-delta", id: "1", delta: part.text }, {
            type: "text-end",
            id: "1"
          }]
          : [part]
      ),
      { type: "finish", finishReason, usage }
    ]
  })

const { close, url } = await receiver()
const agent = new Agent({
  id: "adder",
  name: "adder",
  instructions: "You add.",
  model: new MockLanguageModelV3({
    provider: "openai",
    modelId: "gpt-5",
    doGenerate: async () => answers.shift(),
    doStream: async () => ({ stream: streamed(answers.shift()) })
  }),
  tools: {
    add: createTool({
      id: "add",
      description: "adds",
      inputSchema: z.object({ a: z.number(), b: z.number() }),
      execute: async ({ a, b }) => a + b
    }),
    broken: createTool({
      id: "broken",
      description: "fails",
      inputSchema: z.object({}),
      execute: async () => {
        throw new Error("disk on fire")
      }
    })
  }
})
const mastra = new Mastra({
  agents: { agent },
  logger: false,
  observability: new Observability({
    configs: {
      otel: {
        serviceName: "adder",
        exporters: [new OtelExporter({ provider: { custom: { endpoint: url, protocol: "http/json" } } })]
      }
    }
  })
})
const { text } = await mastra.getAgent("agent").generate("Add 2 and 3", {
  maxSteps: 5,
  tracingOptions: { metadata: { userId: "alice", sessionId: "chat-1" } }
})
console.log(text)
await mastra.shutdown()
close()
process.exit(0)
