/**
 * Converts messages to the form of the GenAI semantic conventions (`gen-ai-input-messages.json`, `gen-ai-output-messages.json`): a role and parts.
 * Phoenix shows no messages at all if one of them has another form.
 *
 * Records hold the messages of `@effect/ai` as JSON. Any other text is left unchanged. If a conversation was too long for a record, a string in the
 * list states how many messages were omitted.
 */

/** The differences between versions of the conventions. */
export interface MessageForm {
  /** Whether each output message has a `finish_reason`. */
  readonly finishReason: boolean
  /** Whether parts of unknown types become `generic` parts. */
  readonly genericParts: boolean
}

/** Version 1.41.1. */
export const messages1411: MessageForm = { finishReason: true, genericParts: false }

/** Version 0.1 of the conventions' own repository: finish reasons are only an attribute of the span, and unknown parts are generic. */
export const messages01: MessageForm = { finishReason: false, genericParts: true }

type Json = { readonly [key: string]: unknown }

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const missing = /^…\[\+\d+ items\]$/

/** A message. The string that states how many were omitted becomes a system message. */
const asMessage = (value: unknown): Json | undefined =>
  isObject(value) && typeof value["role"] === "string"
    ? value
    : typeof value === "string" && missing.test(value)
    ? { role: "system", content: value }
    : undefined

/** Parses messages from JSON; `undefined` if the text is anything else. */
const messagesIn = (text: string): ReadonlyArray<Json> | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    const messages = Array.isArray(value) ? value.map(asMessage) : undefined
    return messages?.every((message) => message !== undefined) ? messages : undefined
  } catch {
    return undefined
  }
}

const knownParts: ReadonlySet<unknown> = new Set([
  "text",
  "reasoning",
  "tool_call",
  "tool_call_response",
  "server_tool_call",
  "server_tool_call_response",
  "blob",
  "uri",
  "generic"
])

/** A part of a type that the conventions do not define, or that lacks a required field, such as a `file` without a file id. */
const genericPart = ({ type, ...rest }: Json): Json => ({ type: "generic", generic_type: type, ...rest })

const genaiPart = (part: Json): Json => {
  switch (part["type"]) {
    case "text":
    case "reasoning":
      return { type: part["type"], content: part["text"] }
    case "tool-call":
      return { type: "tool_call", id: part["id"], name: part["name"], arguments: part["params"] }
    case "tool-result":
      // The conventions do not allow a null response.
      return { type: "tool_call_response", id: part["id"], response: part["result"] ?? "" }
    case "file":
      // Without its content, which would fill the attribute.
      return { type: "file", mime_type: part["mediaType"], name: part["fileName"] }
    default:
      return part
  }
}

const partsOf = ({ content, parts }: Json): ReadonlyArray<unknown> =>
  Array.isArray(parts)
    ? parts
    : typeof content === "string"
    ? [{ type: "text", content }]
    : Array.isArray(content)
    ? content.filter(isObject).map(genaiPart)
    : []

const partsIn = (message: Json, { genericParts }: MessageForm): ReadonlyArray<unknown> =>
  genericParts
    ? partsOf(message).map((part) => isObject(part) && isUnknown(part) ? genericPart(part) : part)
    : partsOf(message)

const isUnknown = (part: Json): boolean =>
  typeof part["type"] === "string" && !knownParts.has(part["type"]) &&
  !(part["type"] === "file" && typeof part["file_id"] === "string")

export const inputMessages = (text: string | undefined, form: MessageForm): string | undefined => {
  const messages = text === undefined ? undefined : messagesIn(text)
  return messages === undefined
    ? text
    : JSON.stringify(messages.map((message) => ({ role: message["role"], parts: partsIn(message, form) })))
}

/** Finish reasons that have another name in the conventions. */
const finishReasons: { readonly [reason: string]: string } = {
  "tool-calls": "tool_call",
  "content-filter": "content_filter"
}

/** The output messages of a model, with the finish reason if the version requires it. */
export const outputMessages = (
  text: string | undefined,
  finishReason: string | undefined,
  form: MessageForm
): string | undefined => {
  const messages = text === undefined ? undefined : messagesIn(text)
  const reason = finishReason ?? "stop"
  return messages === undefined
    ? text
    : JSON.stringify(messages.map((message) => ({
      role: message["role"],
      parts: partsIn(message, form),
      ...(form.finishReason && { finish_reason: finishReasons[reason] ?? reason })
    })))
}

const textOfPart = (part: unknown): ReadonlyArray<string> =>
  isObject(part) && part["type"] === "text" && typeof part["content"] === "string" ? [part["content"]] : []

export const lastText = (text: string): string | undefined => {
  const last = messagesIn(text)?.at(-1)
  const texts = last === undefined ? [] : partsOf(last).flatMap(textOfPart)
  return texts.length === 0 ? undefined : texts.join("\n")
}
