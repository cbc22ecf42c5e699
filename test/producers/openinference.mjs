/**
 * OpenInference's instrumentation of the OpenAI client: a model call with a tool call, one without, and one that fails, for a session and a user.
 */
import { setSession, setUser } from "@arizeai/openinference-core"
import { OpenAIInstrumentation } from "@arizeai/openinference-instrumentation-openai"
import { context } from "@opentelemetry/api"
import { NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node"
import OpenAI from "openai"
import { completion, exporter, openai } from "./sink.mjs"

const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
provider.register()
const instrumentation = new OpenAIInstrumentation()
instrumentation.setTracerProvider(provider)
instrumentation.manuallyInstrument(OpenAI)

const server = await openai({ chat: [completion(null, "add"), completion("Five.")] })
const client = new OpenAI({ apiKey: "none", baseURL: server.url, maxRetries: 0 })
const messages = [{ role: "system", content: "You add." }, { role: "user", content: "Add 2 and 3" }]
const within = setUser(setSession(context.active(), { sessionId: "chat-1" }), { userId: "alice" })
await context.with(within, async () => {
  await client.chat.completions.create({ model: "gpt-5", messages })
  await client.chat.completions.create({ model: "gpt-5", messages })
  await client.chat.completions.create({ model: "gpt-5", messages }).catch(({ message }) => console.log(message))
})
await provider.shutdown()
server.close()
