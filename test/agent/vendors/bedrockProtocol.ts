/**
 * The Converse API of Amazon Bedrock, as documented: `converse`, and `converse-stream` with its binary event stream.
 */
import { crc32 } from "node:zlib"
import { type Answer, type AnsweredToolCall, pieces, type Protocol, type StreamedEvent } from "./answers.js"

const usageOf = ({ reported, usage: { cacheRead = 0, cacheWrite = 0, input, output } }: Answer) =>
  reported ?? {
    inputTokens: input,
    outputTokens: output,
    totalTokens: input + cacheRead + cacheWrite + output,
    ...(cacheRead > 0 && { cacheReadInputTokens: cacheRead }),
    ...(cacheWrite > 0 && { cacheWriteInputTokens: cacheWrite })
  }

const stopReason = ({ stop, toolCalls }: Answer): string => stop ?? (toolCalls === undefined ? "end_turn" : "tool_use")

type Block = (contentBlockIndex: number) => ReadonlyArray<StreamedEvent>

const block = (start: object | undefined, deltas: ReadonlyArray<object>): Block => (contentBlockIndex) => [
  ...(start === undefined ? [] : [{ type: "contentBlockStart", contentBlockIndex, start }]),
  ...deltas.map((delta) => ({ type: "contentBlockDelta", contentBlockIndex, delta })),
  { type: "contentBlockStop", contentBlockIndex }
]

// Text and reasoning start with their first delta.
const textBlock = (text: string): Block => block(undefined, pieces(text).map((piece) => ({ text: piece })))

const reasoningBlock = ({ signature, text }: NonNullable<Answer["thinking"]>): Block =>
  block(undefined, [
    ...pieces(text).map((piece) => ({ reasoningContent: { text: piece } })),
    { reasoningContent: { signature } }
  ])

const toolBlock = ({ id, json, name }: AnsweredToolCall): Block =>
  block({ toolUse: { toolUseId: id, name } }, pieces(json).map((input) => ({ toolUse: { input } })))

const blocks = ({ text, thinking, toolCalls = [] }: Answer): ReadonlyArray<Block> => [
  ...(thinking === undefined ? [] : [reasoningBlock(thinking)]),
  ...(text === undefined ? [] : [textBlock(text)]),
  ...toolCalls.map(toolBlock)
]

const wholeContent = ({ text, thinking, toolCalls = [] }: Answer): ReadonlyArray<unknown> => [
  ...(thinking === undefined ? [] : [{ reasoningContent: { reasoningText: thinking } }]),
  ...(text === undefined ? [] : [{ text }]),
  ...toolCalls.map(({ id, json, name }) => ({ toolUse: { toolUseId: id, name, input: JSON.parse(json) } }))
]

const metrics = { latencyMs: 42 }

const metadata = (answer: Answer): ReadonlyArray<StreamedEvent> =>
  answer.reported === null ? [] : [{ type: "metadata", usage: usageOf(answer), metrics }]

/** A header with a string value (type 7). */
const header = ([name, value]: readonly [string, string]): Buffer => {
  const head = Buffer.from([name.length, ...Buffer.from(name), 7, 0, 0])
  head.writeUInt16BE(Buffer.byteLength(value), head.length - 2)
  return Buffer.concat([head, Buffer.from(value)])
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** `application/vnd.amazon.eventstream`: two lengths and their CRC32, headers, payload, and the CRC32 of it all. */
const message = (headers: Readonly<Record<string, string>>, payload: unknown): Buffer => {
  const head = Buffer.concat(Object.entries(headers).map(header))
  const body = Buffer.from(JSON.stringify(payload))
  const lengths = Buffer.concat([uint32(16 + head.length + body.length), uint32(head.length)])
  const content = Buffer.concat([lengths, uint32(crc32(lengths)), head, body])
  return Buffer.concat([content, uint32(crc32(content))])
}

const frame = ({ type, ...payload }: StreamedEvent): Buffer =>
  message(
    {
      ...(type.endsWith("Exception")
        ? { ":exception-type": type, ":message-type": "exception" }
        : { ":event-type": type, ":message-type": "event" }),
      ":content-type": "application/json"
    },
    payload
  )

export const bedrockProtocol: Protocol = {
  requested: (path) => {
    const [, model, method] = /^\/model\/(.+)\/(converse|converse-stream)$/.exec(path) ?? []
    return model === undefined
      ? undefined
      : { model: decodeURIComponent(model), streamed: method === "converse-stream" }
  },
  events: (answer) => [
    { type: "messageStart", role: "assistant" },
    ...blocks(answer).flatMap((of, index) => of(index)),
    ...(answer.usageFirst === true ? metadata(answer) : []),
    { type: "messageStop", stopReason: stopReason(answer) },
    ...(answer.usageFirst === true ? [] : metadata(answer))
  ],
  errorEvent: (type) => ({
    type: type === "invalid" ? "validationException" : "throttlingException",
    message: "the vendor says so"
  }),
  contentType: "application/vnd.amazon.eventstream",
  frame,
  whole: (answer) => ({
    output: { message: { role: "assistant", content: wholeContent(answer) } },
    stopReason: stopReason(answer),
    usage: usageOf(answer),
    metrics
  }),
  refusal: () => ({ message: "the vendor says so" })
}
