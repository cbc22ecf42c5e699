/**
 * The Messages API of Anthropic (`anthropic-version: 2023-06-01`), as documented, streamed and not.
 */
import {
  type Answer,
  type AnsweredToolCall,
  type AnswerUsage,
  pieces,
  type Protocol,
  type StreamedEvent
} from "./answers.js"

const usageOf = ({ cacheRead = 0, cacheWrite = 0, input }: AnswerUsage, output: number) => ({
  input_tokens: input,
  cache_creation_input_tokens: cacheWrite,
  cache_read_input_tokens: cacheRead,
  output_tokens: output,
  service_tier: "standard"
})

const stopReason = (answer: Answer): string => answer.toolCalls === undefined ? "end_turn" : "tool_use"

const message = (model: string) => ({
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: `${model}-20250929`,
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

const blocks = ({ text, thinking, toolCalls = [] }: Answer): ReadonlyArray<Block> => [
  ...(thinking === undefined ? [] : [thinkingBlock(thinking)]),
  ...(text === undefined ? [] : [textBlock(text)]),
  ...toolCalls.map(toolBlock)
]

const wholeContent = ({ text, thinking, toolCalls = [] }: Answer): ReadonlyArray<unknown> => [
  ...(thinking === undefined ? [] : [{ type: "thinking", thinking: thinking.text, signature: thinking.signature }]),
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
  path: "/v1/messages",
  events: (answer, model) => [
    { type: "message_start", message: { ...message(model), usage: usageOf(answer.usage, 1) } },
    { type: "ping" },
    ...blocks(answer).flatMap((of, index) => of(index)),
    {
      type: "message_delta",
      delta: { stop_reason: stopReason(answer), stop_sequence: null },
      usage: { output_tokens: answer.usage.output }
    },
    { type: "message_stop" }
  ],
  errorEvent: (type) => errorBody(type === "invalid" ? "invalid_request_error" : "overloaded_error"),
  whole: (answer, model) => ({
    ...message(model),
    content: wholeContent(answer),
    stop_reason: stopReason(answer),
    usage: usageOf(answer.usage, answer.usage.output)
  }),
  refusal: (status) => ({ ...errorBody(errorTypes[status] ?? "api_error"), request_id: "req_1" })
}
