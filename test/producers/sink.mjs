/**
 * Shared by the producers: an exporter that appends each batch of spans to the file as a line of OTLP/JSON, and a simulated OpenAI with a list of
 * answers.
 */
import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer"
import { appendFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"

const path = process.argv[2]

// Stack traces contain the local folder.
const append = (body) => appendFileSync(path, `${body.trim().replaceAll(process.cwd(), "/app")}\n`)

writeFileSync(path, "")

export const exporter = {
  export: (spans, done) => {
    append(new TextDecoder().decode(JsonTraceSerializer.serializeRequest(spans)))
    done({ code: 0 })
  },
  forceFlush: async () => {},
  shutdown: async () => {}
}

const listening = (server) =>
  new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${server.address().port}`)))

const bodyOf = async (request) => {
  let text = ""
  for await (const chunk of request) {
    text += chunk
  }
  return text
}

/** An OTLP/HTTP receiver, for producers that bring their own exporter. */
export const receiver = async () => {
  const server = createServer(async (request, response) => {
    append(await bodyOf(request))
    response.setHeader("content-type", "application/json").end("{}")
  })
  return { url: await listening(server), close: () => server.close() }
}

/** A simulated OpenAI that answers chat completions and responses from these lists. */
export const openai = async ({ chat = [], responses = [] }) => {
  const server = createServer(async (request, response) => {
    await bodyOf(request)
    const answer = (request.url.includes("responses") ? responses : chat).shift()
    response.statusCode = answer === undefined ? 429 : 200
    response.setHeader("content-type", "application/json")
    response.end(JSON.stringify(answer ?? { error: { message: "slow down", type: "rate_limit" } }))
  })
  return { url: `${await listening(server)}/v1`, close: () => server.close() }
}

/** A chat completion with 100 input tokens, 40 of them cached, and 10 output tokens. It calls a tool if one is given. */
export const completion = (content, call) => ({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1769860800,
  model: "gpt-5-2025-08-07",
  choices: [{
    index: 0,
    finish_reason: call === undefined ? "stop" : "tool_calls",
    message: {
      role: "assistant",
      content,
      ...(call !== undefined && {
        tool_calls: [{ id: "c1", type: "function", function: { name: call, arguments: "{\"a\":2,\"b\":3}" } }]
      })
    }
  }],
  usage: {
    prompt_tokens: 100,
    completion_tokens: 10,
    total_tokens: 110,
    prompt_tokens_details: { cached_tokens: 40 },
    completion_tokens_details: { reasoning_tokens: 3 }
  }
})
