/**
 * Messages in the form of the GenAI semantic conventions, version 1.41.1 (`gen-ai-input-messages.json`, `gen-ai-output-messages.json`): a role
 * and parts. Phoenix shows no message of a list in which one has another form.
 *
 * Recorded are messages of `@effect/ai` as one JSON text. A text that is none stays what it is. Where a conversation is too long for a record, a text in the
 * place of a message says how many are missing.
 */

type Json = { readonly [key: string]: unknown }

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const missing = /^…\[\+\d+ items\]$/

/** A message, or what says how many are missing in its place. */
const asMessage = (value: unknown): Json | undefined =>
  isObject(value) && typeof value["role"] === "string"
    ? value
    : typeof value === "string" && missing.test(value)
    ? { role: "system", content: value }
    : undefined

/** The messages in a JSON text; `undefined` where it holds anything else. */
const messagesIn = (text: string): ReadonlyArray<Json> | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    const messages = Array.isArray(value) ? value.map(asMessage) : undefined
    return messages?.every((message) => message !== undefined) ? messages : undefined
  } catch {
    return undefined
  }
}

const genaiPart = (part: Json): Json => {
  switch (part["type"]) {
    case "text":
    case "reasoning":
      return { type: part["type"], content: part["text"] }
    case "tool-call":
      return { type: "tool_call", id: part["id"], name: part["name"], arguments: part["params"] }
    case "tool-result":
      // The convention has no null response.
      return { type: "tool_call_response", id: part["id"], response: part["result"] ?? "" }
    case "file":
      // What is in it stays out: it would fill the attribute.
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

/** What a model is given. */
export const inputMessages = (text: string | undefined): string | undefined => {
  const messages = text === undefined ? undefined : messagesIn(text)
  return messages === undefined
    ? text
    : JSON.stringify(messages.map((message) => ({ role: message["role"], parts: partsOf(message) })))
}

/** Reasons in the words of the convention. */
const finishReasons: { readonly [reason: string]: string } = {
  "tool-calls": "tool_call",
  "content-filter": "content_filter"
}

/** What a model answered, and why it ended. */
export const outputMessages = (text: string | undefined, finishReason: string | undefined): string | undefined => {
  const messages = text === undefined ? undefined : messagesIn(text)
  const reason = finishReason ?? "stop"
  return messages === undefined
    ? text
    : JSON.stringify(messages.map((message) => ({
      role: message["role"],
      parts: partsOf(message),
      finish_reason: finishReasons[reason] ?? reason
    })))
}

const textOfPart = (part: unknown): ReadonlyArray<string> =>
  isObject(part) && part["type"] === "text" && typeof part["content"] === "string" ? [part["content"]] : []

/** The text of the last message: what an agent was asked. `undefined` where there is none. */
export const lastText = (text: string): string | undefined => {
  const last = messagesIn(text)?.at(-1)
  const texts = last === undefined ? [] : partsOf(last).flatMap(textOfPart)
  return texts.length === 0 ? undefined : texts.join("\n")
}
