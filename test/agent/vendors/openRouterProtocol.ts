/**
 * The chat completions API of OpenRouter, as documented, streamed and not.
 *
 * A stream opens with a comment that keeps the connection alive. Its last chunk has the usage and no choices; then comes `[DONE]`.
 */
import {
  type Answer,
  type AnsweredSearch,
  type AnsweredToolCall,
  eventStream,
  pieces,
  postedTo,
  type Protocol,
  type StreamedEvent
} from "./answers.js"

const usageOf = ({ reported, usage }: Answer) => {
  const { cacheRead = 0, cacheWrite = 0, input, output, reasoning = 0 } = usage
  const prompt_tokens = input + cacheRead + cacheWrite
  return reported === null ? {} : {
    usage: reported ?? {
      prompt_tokens,
      completion_tokens: output,
      total_tokens: prompt_tokens + output,
      prompt_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite },
      completion_tokens_details: { reasoning_tokens: reasoning }
    }
  }
}

const finishReason = ({ stop, toolCalls }: Answer): string => stop ?? (toolCalls === undefined ? "stop" : "tool_calls")

const head = ({ model: named }: Answer, model: string, object: string) => ({
  id: "gen-1",
  provider: "Upstream",
  model: named ?? model,
  object,
  created: 1_760_000_000
})

const annotations = ({ title, url }: AnsweredSearch) => ({
  annotations: [{ type: "url_citation", url_citation: { url, title, start_index: 0, end_index: 4, content: "Found." } }]
})

const thought = (text: string, signature?: string) => ({
  reasoning: text,
  reasoning_details: [{ type: "reasoning.text", text, index: 0, ...(signature !== undefined && { signature }) }]
})

const called = ({ id, json, name }: AnsweredToolCall) => ({ id, type: "function", function: { name, arguments: json } })

const toolDeltas = (call: AnsweredToolCall, index: number): ReadonlyArray<object> => [
  { tool_calls: [{ index, id: call.id, type: "function", function: { name: call.name, arguments: "" } }] },
  ...pieces(call.json).map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] }))
]

const deltas = ({ refusal, search, text, thinking, toolCalls = [] }: Answer): ReadonlyArray<object> => [
  ...(thinking === undefined
    ? []
    : [...pieces(thinking.text).map((piece) => thought(piece)), thought(" ", thinking.signature)]),
  ...(text === undefined ? [] : pieces(text).map((content) => ({ content }))),
  ...(search === undefined ? [] : [annotations(search)]),
  ...(refusal === undefined ? [] : [{ refusal }]),
  ...toolCalls.flatMap(toolDeltas)
]

const message = ({ refusal, search, text, thinking, toolCalls }: Answer) => ({
  role: "assistant",
  content: text ?? null,
  refusal: refusal ?? null,
  ...(thinking !== undefined && {
    reasoning_details: thought(thinking.text, thinking.signature).reasoning_details
  }),
  ...(search !== undefined && annotations(search)),
  ...(toolCalls !== undefined && { tool_calls: toolCalls.map(called) })
})

const errorBody = (code: number) => ({ error: { code, message: "the vendor says so" } })

const chunk = (data: object): StreamedEvent => ({ type: "chunk", data })

const comment: StreamedEvent = { type: "comment" }

const done: StreamedEvent = { type: "done" }

const frames: { readonly [type: string]: string } = { comment: ": OPENROUTER PROCESSING\n\n", done: "data: [DONE]\n\n" }

const choice = (answer: Answer, model: string, delta: object, finish_reason: string | null): StreamedEvent =>
  chunk({
    ...head(answer, model, "chat.completion.chunk"),
    choices: [{ index: 0, delta: { role: "assistant", ...delta }, finish_reason }]
  })

export const openRouterProtocol: Protocol = {
  requested: postedTo("/api/v1/chat/completions"),
  events: (answer, model) => [
    comment,
    choice(answer, model, { content: "" }, null),
    ...deltas(answer).map((delta) => choice(answer, model, delta, null)),
    choice(answer, model, { content: "" }, finishReason(answer)),
    ...(answer.reported === null
      ? []
      : [chunk({ ...head(answer, model, "chat.completion.chunk"), choices: [], ...usageOf(answer) })]),
    done
  ],
  errorEvent: (type, model, answer) =>
    chunk({
      ...head(answer, model, "chat.completion.chunk"),
      ...errorBody(type === "invalid" ? 400 : 502),
      choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }]
    }),
  contentType: eventStream,
  frame: ({ data, type }) => frames[type] ?? `data: ${JSON.stringify(data)}\n\n`,
  whole: (answer, model) => ({
    ...head(answer, model, "chat.completion"),
    choices: [{ index: 0, message: message(answer), finish_reason: finishReason(answer) }],
    ...usageOf(answer)
  }),
  refusal: errorBody
}
