/**
 * The Vercel AI SDK: its spans and yours in one tree, in any sink. Its mock model stands in for a vendor.
 *
 * npx tsx examples/22-vercel-ai.ts
 */
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node"
import { generateText, jsonSchema, stepCountIs, tool } from "ai"
import { MockLanguageModelV2 } from "ai/test"
import { ConsoleTelemetry, MultiTelemetry } from "loom-telemetry"
import { OTelTelemetry, TelemetrySpanProcessor } from "loom-telemetry/otel"
import { makeTelemetry, type PromiseTelemetry, type Telemetry } from "loom-telemetry/promise"

let telemetry: PromiseTelemetry<Telemetry> | undefined = undefined
const service = () => telemetry?.service

// The SDK's spans go through the processor to the sinks. Yours come from the same provider, so all of them nest.
const provider = new NodeTracerProvider({ spanProcessors: [new TelemetrySpanProcessor(service)] })
const { close, withSpan } = telemetry = await makeTelemetry(MultiTelemetry.layer([
  ConsoleTelemetry.layer({ stream: process.stdout, order: "tree" }),
  OTelTelemetry.fromProviders({ tracerProvider: provider })
]))

const usage = { inputTokens: 14, outputTokens: 5, totalTokens: 19 }
const answers = [
  { type: "tool-call" as const, toolCallId: "c1", toolName: "add", input: "{\"a\":2,\"b\":3}" },
  { type: "text" as const, text: "The sum is 5." }
]
const model = new MockLanguageModelV2({
  doGenerate: async () => {
    const part = answers.shift()!
    return { content: [part], finishReason: part.type === "text" ? "stop" : "tool-calls", usage, warnings: [] }
  }
})

const add = tool({
  description: "Adds two numbers",
  inputSchema: jsonSchema<{ a: number; b: number }>({ type: "object" }),
  execute: ({ a, b }) => withSpan("addition", { a, b }, () => a + b)
})

const text = await withSpan("answer", async () => {
  const result = await generateText({
    model,
    tools: { add },
    prompt: "What is 2 + 3?",
    stopWhen: stepCountIs(3),
    experimental_telemetry: { isEnabled: true, tracer: provider.getTracer("ai"), recordInputs: false }
  })
  return result.text
})

await close()
console.log(text)
