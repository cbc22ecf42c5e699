/**
 * The Messages API of Anthropic (`anthropic-version: 2023-06-01`), as documented, streamed and not.
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

const usageOf = ({ reported, search, tier = "standard", usage }: Answer): { readonly [key: string]: unknown } => {
  const { cacheRead = 0, cacheWrite = 0, cacheWrite1h = 0, input, output } = usage
  return reported ?? {
    input_tokens: input,
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cacheRead,
    cache_creation: { ephemeral_5m_input_tokens: cacheWrite - cacheWrite1h, ephemeral_1h_input_tokens: cacheWrite1h },
    output_tokens: output,
    server_tool_use: search === undefined ? null : { web_search_requests: 1, web_fetch_requests: 0 },
    service_tier: tier
  }
}

const stopReason = ({ stop, toolCalls }: Answer): string => stop ?? (toolCalls === undefined ? "end_turn" : "tool_use")

const message = ({ model: named }: Answer, model: string) => ({
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: named ?? `${model}-20250929`,
  content: [],
  stop_reason: null,
  stop_sequence: null
})

type Block = (index: number) => ReadonlyArray<StreamedEvent>

const block = (start: object, deltas: ReadonlyArray<object>): Block => (index) => [
  { type: "content_block_start", index, content_block: start },
  ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
  { type: "content_block_stop", index }
]

const thinkingBlock = ({ signature, text }: NonNullable<Answer["thinking"]>): Block =>
  block({ type: "thinking", thinking: "", signature: "" }, [
    ...pieces(text).map((thinking) => ({ type: "thinking_delta", thinking })),
    { type: "signature_delta", signature }
  ])

const textBlock = (text: string): Block =>
  block({ type: "text", text: "" }, pieces(text).map((piece) => ({ type: "text_delta", text: piece })))

const toolBlock = ({ id, json, name }: AnsweredToolCall): Block =>
  block(
    { type: "tool_use", id, name, input: {} },
    ["", ...pieces(json)].map((partial_json) => ({ type: "input_json_delta", partial_json }))
  )

const searchUse = { type: "server_tool_use", id: "srvtoolu_1", name: "web_search" }

const searchResult = ({ title, url }: AnsweredSearch) => ({
  type: "web_search_tool_result",
  tool_use_id: searchUse.id,
  content: [{ type: "web_search_result", url, title, encrypted_content: "ZW5jcnlwdGVk", page_age: null }]
})

const searchBlocks = (search: AnsweredSearch): ReadonlyArray<Block> => [
  block(
    { ...searchUse, input: {} },
    ["", ...pieces(JSON.stringify({ query: search.query }))].map((partial_json) => ({
      type: "input_json_delta",
      partial_json
    }))
  ),
  block(searchResult(search), [])
]

const blocks = ({ search, text, thinking, toolCalls = [] }: Answer): ReadonlyArray<Block> => [
  ...(thinking === undefined ? [] : [thinkingBlock(thinking)]),
  ...(search === undefined ? [] : searchBlocks(search)),
  ...(text === undefined ? [] : [textBlock(text)]),
  ...toolCalls.map(toolBlock)
]

const wholeContent = ({ search, text, thinking, toolCalls = [] }: Answer): ReadonlyArray<unknown> => [
  ...(thinking === undefined ? [] : [{ type: "thinking", thinking: thinking.text, signature: thinking.signature }]),
  ...(search === undefined ? [] : [{ ...searchUse, input: { query: search.query } }, searchResult(search)]),
  ...(text === undefined ? [] : [{ type: "text", text, citations: null }]),
  ...toolCalls.map(({ id, json, name }) => ({ type: "tool_use", id, name, input: JSON.parse(json) }))
]

const errorTypes: { readonly [status: number]: string } = {
  400: "invalid_request_error",
  401: "authentication_error",
  429: "rate_limit_error",
  500: "api_error",
  529: "overloaded_error"
}

const errorBody = (type: string) => ({ type: "error", error: { type, message: `the vendor says ${type}` } })

export const anthropicProtocol: Protocol = {
  requested: postedTo("/v1/messages"),
  events: (answer, model) => {
    const usage = usageOf(answer)
    return [
      {
        type: "message_start",
        message: { ...message(answer, model), usage: { ...usage, output_tokens: 1, server_tool_use: null } }
      },
      { type: "ping" },
      ...blocks(answer).flatMap((of, index) => of(index)),
      {
        type: "message_delta",
        delta: { stop_reason: stopReason(answer), stop_sequence: null },
        // Counts here are cumulative.
        usage: {
          input_tokens: usage["input_tokens"],
          cache_creation_input_tokens: usage["cache_creation_input_tokens"],
          cache_read_input_tokens: usage["cache_read_input_tokens"],
          output_tokens: usage["output_tokens"],
          server_tool_use: usage["server_tool_use"]
        }
      },
      { type: "message_stop" }
    ]
  },
  errorEvent: (type) => errorBody(type === "invalid" ? "invalid_request_error" : "overloaded_error"),
  contentType: eventStream,
  frame: namedEvent,
  whole: (answer, model) => ({
    ...message(answer, model),
    content: wholeContent(answer),
    stop_reason: stopReason(answer),
    usage: usageOf(answer)
  }),
  refusal: (status) => ({ ...errorBody(errorTypes[status] ?? "api_error"), request_id: "req_1" })
}
