/**
 * The Responses API of OpenAI, as documented, streamed and not.
 */
import {
  type Answer,
  type AnsweredSearch,
  type AnsweredToolCall,
  eventStream,
  namedEvent,
  pieces,
  postedTo,
  type Protocol,
  type StreamedEvent
} from "./answers.js"

const usageOf = ({ reported, usage: { cacheRead = 0, input, output, reasoning = 0 } }: Answer) =>
  reported === null ? {} : {
    usage: reported ?? {
      input_tokens: input + cacheRead,
      input_tokens_details: { cached_tokens: cacheRead },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: reasoning },
      total_tokens: input + cacheRead + output
    }
  }

const response = ({ model: named, tier = "default" }: Answer, model: string, status: string, more: object) => ({
  id: "resp_1",
  object: "response",
  created_at: 1_760_000_000,
  status,
  error: null,
  incomplete_details: null,
  instructions: null,
  metadata: {},
  model: named ?? `${model}-2025-08-07`,
  output: [],
  parallel_tool_calls: true,
  temperature: 1,
  tool_choice: "auto",
  tools: [],
  top_p: 1,
  service_tier: tier,
  ...more
})

interface Item {
  readonly added: object
  readonly done: object
  readonly between: (at: { readonly output_index: number }) => ReadonlyArray<StreamedEvent>
}

const reasoningItem = ({ signature, text }: NonNullable<Answer["thinking"]>): Item => {
  const item = { id: "rs_1", type: "reasoning" }
  return {
    added: { ...item, summary: [], encrypted_content: "" },
    done: { ...item, summary: [{ type: "summary_text", text }], encrypted_content: signature },
    between: (at) => {
      const part = { ...at, item_id: item.id, summary_index: 0 }
      return [
        { type: "response.reasoning_summary_part.added", ...part, part: { type: "summary_text", text: "" } },
        ...pieces(text).map((delta) => ({ type: "response.reasoning_summary_text.delta", ...part, delta })),
        { type: "response.reasoning_summary_text.done", ...part, text },
        { type: "response.reasoning_summary_part.done", ...part, part: { type: "summary_text", text } }
      ]
    }
  }
}

/** A message with one part, whose `field` arrives in pieces. */
const itemOf = (
  said: string,
  field: "text" | "refusal",
  events: string,
  content: { readonly [key: string]: unknown }
): Item => {
  const item = { id: "msg_1", type: "message", role: "assistant" }
  return {
    added: { ...item, status: "in_progress", content: [] },
    done: { ...item, status: "completed", content: [content] },
    between: (at) => {
      const part = { ...at, item_id: item.id, content_index: 0 }
      return [
        { type: "response.content_part.added", ...part, part: { ...content, [field]: "" } },
        ...pieces(said).map((delta) => ({ type: `${events}.delta`, ...part, delta })),
        { type: `${events}.done`, ...part, [field]: said },
        { type: "response.content_part.done", ...part, part: content }
      ]
    }
  }
}

const messageItem = (text: string): Item =>
  itemOf(text, "text", "response.output_text", { type: "output_text", text, annotations: [] })

const refusalItem = (refusal: string): Item =>
  itemOf(refusal, "refusal", "response.refusal", { type: "refusal", refusal })

const searchItem = ({ query }: AnsweredSearch): Item => {
  const item = { id: "ws_1", type: "web_search_call", action: { type: "search", query } }
  return {
    added: { ...item, status: "in_progress" },
    done: { ...item, status: "completed" },
    between: (at) =>
      ["in_progress", "searching", "completed"].map((state) => ({
        type: `response.web_search_call.${state}`,
        ...at,
        item_id: item.id
      }))
  }
}

const toolItem = ({ id, json, name }: AnsweredToolCall): Item => {
  const item = { id: `fc_${id}`, type: "function_call", call_id: id, name }
  return {
    added: { ...item, status: "in_progress", arguments: "" },
    done: { ...item, status: "completed", arguments: json },
    between: (at) => {
      const part = { ...at, item_id: item.id }
      return [
        ...pieces(json).map((delta) => ({ type: "response.function_call_arguments.delta", ...part, delta })),
        { type: "response.function_call_arguments.done", ...part, arguments: json }
      ]
    }
  }
}

const items = ({ refusal, search, text, thinking, toolCalls = [] }: Answer): ReadonlyArray<Item> => [
  ...(thinking === undefined ? [] : [reasoningItem(thinking)]),
  ...(search === undefined ? [] : [searchItem(search)]),
  ...(text === undefined ? [] : [messageItem(text)]),
  ...(refusal === undefined ? [] : [refusalItem(refusal)]),
  ...toolCalls.map(toolItem)
]

const streamedItem = ({ added, between, done }: Item, output_index: number): ReadonlyArray<StreamedEvent> => [
  { type: "response.output_item.added", output_index, item: added },
  ...between({ output_index }),
  { type: "response.output_item.done", output_index, item: done }
]

const statusOf = ({ stop }: Answer): string => stop === undefined ? "completed" : "incomplete"

const completed = (answer: Answer, model: string) =>
  response(answer, model, statusOf(answer), {
    output: items(answer).map(({ done }) => done),
    ...(answer.stop !== undefined && { incomplete_details: { reason: answer.stop } }),
    ...usageOf(answer)
  })

const numbered = (events: ReadonlyArray<StreamedEvent>): ReadonlyArray<StreamedEvent> =>
  events.map((event, sequence_number) => ({ ...event, sequence_number }))

const errorTypes: { readonly [status: number]: string } = {
  400: "invalid_request_error",
  401: "invalid_request_error",
  429: "rate_limit_exceeded"
}

const error = (type: "overloaded" | "invalid"): StreamedEvent => ({
  type: "error",
  sequence_number: 99,
  code: type === "overloaded" ? "server_error" : "invalid_prompt",
  message: "the vendor says so",
  param: null
})

const failed = (answer: Answer, model: string): StreamedEvent => ({
  type: "response.failed",
  sequence_number: 99,
  response: response(answer, model, "failed", {
    error: { code: "server_error", message: "the vendor says so" },
    ...(answer.reported !== undefined && usageOf(answer))
  })
})

export const openAiProtocol: Protocol = {
  requested: postedTo("/v1/responses"),
  events: (answer, model) =>
    numbered([
      { type: "response.created", response: response(answer, model, "in_progress", {}) },
      { type: "response.in_progress", response: response(answer, model, "in_progress", {}) },
      ...items(answer).flatMap(streamedItem),
      { type: `response.${statusOf(answer)}`, response: completed(answer, model) }
    ]),
  errorEvent: (type, model, answer) => type === "failed" ? failed(answer, model) : error(type),
  contentType: eventStream,
  frame: namedEvent,
  whole: completed,
  refusal: (status) => ({
    error: { message: "the vendor says so", type: errorTypes[status] ?? "server_error", param: null, code: null }
  })
}
