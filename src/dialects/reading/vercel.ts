/**
 * Reads the names of the Vercel AI SDK, versions 3 to 6. An outer span such as `ai.generateText` has the totals of the calls inside it, such as
 * `ai.generateText.doGenerate`.
 */
import type { SpanRole } from "../../records/vocabulary.js"
import { amountOf, type Foreign, jsonObject, jsonValue, plain, type Reading, type Set } from "./Reading.js"

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
    "ai.finishReason": "finish_reason",
    "ai.response.msToFirstChunk": "ttft_ms",
    "ai.stream.msToFirstChunk": "ttft_ms",
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
      setDetails(attributes, set)
    } else if (role === "run") {
      set("input", plain(jsonObject(attributes["ai.prompt"])["prompt"]) ?? plain(attributes["ai.prompt"]))
      set("output", plain(responsePart(attributes, "text") ?? responsePart(attributes, "object")))
    }
  }
}

/** A part of the response, which version 3 called the result. */
const responsePart = (attributes: Foreign, part: string): unknown =>
  attributes[`ai.response.${part}`] ?? attributes[`ai.result.${part}`]

/** Details of OpenAI's usage, which had no separate attributes before version 5. */
const setDetails = (attributes: Foreign, set: Set): void => {
  const { openai } = jsonObject(attributes["ai.response.providerMetadata"])
  const { cachedPromptTokens, reasoningTokens } = jsonObject(openai)
  set("cached_tokens_in", amountOf(cachedPromptTokens))
  set("reasoning_tokens_out", amountOf(reasoningTokens))
}

/** The response as one message in the SDK's own form. */
const answer = (attributes: Foreign): string | undefined => {
  const text = plain(responsePart(attributes, "text") ?? responsePart(attributes, "object"))
  const calls = listOf(responsePart(attributes, "toolCalls"))
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
