/**
 * The Gemini API of Google (`v1beta`), as documented: `generateContent`, and `streamGenerateContent` with `alt=sse`.
 *
 * A stream has no event names and no last event: it ends with the chunk that has a finish reason, and every chunk reports the usage so far.
 */
import {
  type Answer,
  type AnsweredToolCall,
  eventStream,
  pieces,
  type Protocol,
  type StreamedEvent
} from "./answers.js"

const usageOf = ({ reported, usage: { cacheRead = 0, input, output, reasoning = 0 } }: Answer) =>
  reported === null ? {} : {
    usageMetadata: reported ?? {
      promptTokenCount: input + cacheRead,
      ...(cacheRead > 0 && { cachedContentTokenCount: cacheRead }),
      candidatesTokenCount: output - reasoning,
      ...(reasoning > 0 && { thoughtsTokenCount: reasoning }),
      totalTokenCount: input + cacheRead + output
    }
  }

const callPart = ({ json, name }: AnsweredToolCall) => ({ functionCall: { name, args: JSON.parse(json) } })

type Parts = ReadonlyArray<object>

// A thought's signature arrives with its last part.
const thoughtParts = ({ signature, text }: NonNullable<Answer["thinking"]>): Parts => [
  ...pieces(text).map((piece) => ({ text: piece, thought: true })),
  { text: " ", thought: true, thoughtSignature: signature }
]

const codeParts = ({ code, output }: NonNullable<Answer["ranCode"]>): Parts => [
  { executableCode: { language: "PYTHON", code } },
  { codeExecutionResult: { outcome: "OUTCOME_OK", output } }
]

const partsOf = ({ ranCode, text, thinking, toolCalls = [] }: Answer): Parts => [
  ...(thinking === undefined ? [] : thoughtParts(thinking)),
  ...(ranCode === undefined ? [] : codeParts(ranCode)),
  ...(text === undefined ? [] : pieces(text).map((piece) => ({ text: piece }))),
  ...toolCalls.map(callPart)
]

const grounding = ({ search }: Answer) =>
  search === undefined ? {} : {
    groundingMetadata: {
      webSearchQueries: [search.query],
      groundingChunks: [{ web: { uri: search.url, title: search.title } }]
    }
  }

const response = (answer: Answer, model: string, parts: Parts, end: object) => ({
  candidates: [{ index: 0, content: { role: "model", parts }, ...end }],
  ...usageOf(answer),
  modelVersion: answer.model ?? model,
  responseId: "response_1"
})

const finished = (answer: Answer) => ({ finishReason: answer.stop ?? "STOP", ...grounding(answer) })

const statuses: { readonly [status: number]: string } = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE"
}

const errorBody = (code: number) => ({
  error: { code, message: "the vendor says so", status: statuses[code] ?? "UNKNOWN" }
})

const chunk = (data: object): StreamedEvent => ({ type: "chunk", data })

export const geminiProtocol: Protocol = {
  requested: (path) => {
    const [, model, method] = /^\/v1beta\/models\/(.+):(generateContent|streamGenerateContent)$/.exec(path) ?? []
    return model === undefined ? undefined : { model, streamed: method === "streamGenerateContent" }
  },
  events: (answer, model) => [
    ...partsOf(answer).map((part) => chunk(response(answer, model, [part], {}))),
    chunk(response(answer, model, [], finished(answer)))
  ],
  errorEvent: (type) => chunk(errorBody(type === "invalid" ? 400 : 503)),
  contentType: eventStream,
  frame: ({ data }) => `data: ${JSON.stringify(data)}\r\n\r\n`,
  whole: (answer, model) => response(answer, model, partsOf(answer), finished(answer)),
  refusal: errorBody
}
