/**
 * Reads the names of the Vercel AI SDK, versions 4 to 6. An outer span such as `ai.generateText` has the totals of the calls inside it, such as
 * `ai.generateText.doGenerate`.
 */
import type { SpanRole } from "../../records/vocabulary.js"
import { type Foreign, jsonObject, jsonValue, plain, type Reading } from "./Reading.js"

const call = /^ai\.\w+\.do(?:Generate|Stream|Embed|Rerank)\b/
const outer = /^ai\.(?:generate|stream)(?:Text|Object)\b/

const roleOf = (attributes: Foreign, name: string): SpanRole | undefined => {
  const operation = attributes["ai.operationId"]
  const id = typeof operation === "string" ? operation : name
  return id === "ai.toolCall" ? "tool" : call.test(id) ? "model" : outer.test(id) ? "run" : undefined
}

export const vercelReading: Reading = {
  names: {
    "ai.model.id": "model",
    "ai.response.model": "response_model",
    "ai.model.provider": "provider",
    "ai.response.finishReason": "finish_reason",
    "ai.response.msToFirstChunk": "ttft_ms",
    "ai.usage.inputTokens": "tokens_in",
    "ai.usage.promptTokens": "tokens_in",
    "ai.usage.tokens": "tokens_in",
    "ai.usage.outputTokens": "tokens_out",
    "ai.usage.completionTokens": "tokens_out",
    "ai.usage.cachedInputTokens": "cached_tokens_in",
    "ai.usage.inputTokenDetails.cacheReadTokens": "cached_tokens_in",
    "ai.usage.inputTokenDetails.cacheWriteTokens": "cache_creation_tokens_in",
    "ai.usage.reasoningTokens": "reasoning_tokens_out",
    "ai.usage.outputTokenDetails.reasoningTokens": "reasoning_tokens_out",
    "ai.telemetry.functionId": "agent",
    "ai.telemetry.metadata.userId": "user_id",
    "ai.telemetry.metadata.sessionId": "session_id",
    "ai.toolCall.name": "tool",
    "ai.toolCall.id": "call_id",
    "ai.toolCall.args": "arguments",
    "ai.toolCall.result": "result",
    "ai.prompt.messages": "input_messages"
  },
  role: roleOf,
  others: (attributes, role, set) => {
    if (role === "model") {
      set("output_messages", answer(attributes))
    } else if (role === "run") {
      set("input", plain(jsonObject(attributes["ai.prompt"])["prompt"]) ?? plain(attributes["ai.prompt"]))
      set("output", plain(attributes["ai.response.text"] ?? attributes["ai.response.object"]))
    }
  }
}

/** The response as one message in the SDK's own form. */
const answer = (attributes: Foreign): string | undefined => {
  const text = plain(attributes["ai.response.text"] ?? attributes["ai.response.object"])
  const calls = listOf(attributes["ai.response.toolCalls"])
  const content = [
    ...(text === undefined || text === "" ? [] : [{ type: "text", text }]),
    ...calls.map((each) => ({ type: "tool-call", ...each as object }))
  ]
  return content.length === 0 ? undefined : JSON.stringify([{ role: "assistant", content }])
}

const listOf = (value: unknown): ReadonlyArray<unknown> => {
  const list = jsonValue(value)
  return Array.isArray(list) ? list.filter((each) => typeof each === "object" && each !== null) : []
}
