/**
 * The OpenAI Agents SDK, traced by OpenInference: an agent with two tools, one of which fails, using the Responses API.
 */
import { OpenAIAgentsInstrumentation } from "@arizeai/openinference-instrumentation-openai-agents"
import * as agents from "@openai/agents"
import { NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node"
import OpenAI from "openai"
import { z } from "zod"
import { exporter, openai } from "./sink.mjs"

const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
provider.register()
const instrumentation = new OpenAIAgentsInstrumentation({ tracerProvider: provider })
instrumentation.manuallyInstrument(agents)

const response = (output, input, cached, out) => ({
  id: "resp_1",
  object: "response",
  created_at: 1769860800,
  status: "completed",
  model: "gpt-5-2025-08-07",
  output,
  usage: {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached },
    output_tokens: out,
    output_tokens_details: { reasoning_tokens: 3 },
    total_tokens: input + out
  }
})

const call = (id, name, args) => ({
  type: "function_call",
  id: `f${id}`,
  call_id: id,
  name,
  arguments: args,
  status: "completed"
})

const server = await openai({
  responses: [
    response([call("c1", "add", "{\"a\":2,\"b\":3}"), call("c2", "broken", "{}")], 100, 40, 10),
    response(
      [{
        type: "message",
        id: "m1",
        role: "assistant",
        status: "completed",
        content: [{ type: "output_text", text: "Five.", annotations: [] }]
      }],
      150,
      0,
      20
    )
  ]
})
agents.setDefaultOpenAIClient(new OpenAI({ apiKey: "none", baseURL: server.url, maxRetries: 0 }))
const agent = new agents.Agent({
  name: "adder",
  instructions: "You add.",
  model: "gpt-5",
  tools: [
    agents.tool({
      name: "add",
      description: "adds",
      parameters: z.object({ a: z.number(), b: z.number() }),
      execute: async ({ a, b }) => String(a + b)
    }),
    agents.tool({
      name: "broken",
      description: "fails",
      parameters: z.object({}),
      execute: async () => {
        throw new Error("disk on fire")
      }
    })
  ]
})
const { finalOutput } = await agents.run(agent, "Add 2 and 3")
console.log(finalOutput)
await agents.getGlobalTraceProvider().forceFlush()
await provider.shutdown()
server.close()
