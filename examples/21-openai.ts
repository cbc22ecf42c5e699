/**
 * The OpenAI SDK without Effect: a question and its model call, with tokens, user and session. A local server stands in for OpenAI.
 *
 * npx tsx examples/21-openai.ts
 */
import { ConsoleTelemetry } from "loom-telemetry"
import { makeTelemetry } from "loom-telemetry/promise"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import OpenAI from "openai"

const completion = {
  id: "c1",
  object: "chat.completion",
  created: 0,
  model: "gpt-5-mini",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "The sum is 5." } }],
  usage: { prompt_tokens: 14, completion_tokens: 5, total_tokens: 19 }
}
const server = createServer((_, response) => {
  response.setHeader("content-type", "application/json").end(JSON.stringify(completion))
})
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
const { port } = server.address() as AddressInfo

const openai = new OpenAI({ apiKey: "none", baseURL: `http://127.0.0.1:${port}/v1` })
const telemetry = await makeTelemetry(ConsoleTelemetry.layer({ stream: process.stdout, order: "tree" }))

/** One model call: a span with the tokens, and two metrics. */
const complete = (model: string, content: string) =>
  telemetry.withSpan("chat", { model }, async () => {
    const { choices, usage } = await openai.chat.completions.create({ model, messages: [{ role: "user", content }] })
    telemetry.annotate({ tokens_in: usage?.prompt_tokens, tokens_out: usage?.completion_tokens })
    telemetry.emitMetric("tokens.input", usage?.prompt_tokens ?? 0, { model })
    telemetry.emitMetric("tokens.output", usage?.completion_tokens ?? 0, { model })
    return choices[0]?.message.content ?? ""
  })

const answer = await telemetry.withRun(
  { userId: "alice", sessionId: "chat-7" },
  () => telemetry.withSpan("answer", () => complete("gpt-5-mini", "What is 2 + 3?"))
)

await telemetry.close()
server.close()
console.log(answer)
