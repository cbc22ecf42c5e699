/**
 * Converts recorded messages to one form: those of this package, the GenAI conventions and the vendors' APIs.
 *
 * Reads values parsed from JSON and never throws; unknown values become a part of kind `other`, so nothing is left out. All text is as recorded and
 * untrusted (see `format`). Media is described, never loaded.
 */

export interface TextPart {
  readonly kind: "text" | "reasoning"
  readonly text: string
}

export interface CallPart {
  readonly kind: "call"
  /** Empty if none was recorded. */
  readonly id: string
  readonly name: string
  /** As recorded: a JSON value, or text. */
  readonly arguments: unknown
}

export interface ResultPart {
  readonly kind: "result"
  /** The id of its call; empty if none was recorded. */
  readonly id: string
  readonly name: string
  readonly value: unknown
  readonly failed: boolean
}

export interface MediaPart {
  readonly kind: "media"
  /** The media type, or the kind of media: `image/png`, `image`. */
  readonly type: string
  /** Bytes; `undefined` if unknown. */
  readonly size: number | undefined
  /** A file name, a URL or a digest; may be empty. */
  readonly source: string
}

export interface OtherPart {
  readonly kind: "other"
  readonly value: unknown
}

export type Part = TextPart | CallPart | ResultPart | MediaPart | OtherPart

export interface Message {
  readonly role: string
  readonly parts: ReadonlyArray<Part>
  /** Number of omitted messages if this stands for them; otherwise 0. */
  readonly omitted: number
}

type Fields = { readonly [key: string]: unknown }

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The first of these properties that has a value. */
const first = (fields: Fields, ...keys: ReadonlyArray<string>): unknown =>
  keys.map((key) => Object.hasOwn(fields, key) ? fields[key] : undefined)
    .find((value) => value !== undefined && value !== null)

const textOf = (value: unknown): string => typeof value === "string" || typeof value === "number" ? String(value) : ""

/** Parses a text that contains a JSON object or list; returns any other value unchanged. */
export const parsed = (value: unknown): unknown => {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) {
    return value
  }
  try {
    return JSON.parse(value) as unknown
  } catch {
    return value
  }
}

const omittedItems = /^…\[\+(\d+) items\]$/

/** The messages in a recorded value: a list of messages, an object with `messages`, a single message, or text of this role. */
export const messagesOf = (recorded: unknown, role: string): ReadonlyArray<Message> => {
  const value = parsed(recorded)
  if (value === undefined || value === null || value === "") {
    return []
  }
  if (isFields(value) && Array.isArray(value["messages"])) {
    return messagesOf(value["messages"], role)
  }
  if (!Array.isArray(value)) {
    return [messageOf(value, role)]
  }
  return value.some(isMessage)
    ? value.map((each: unknown) => messageOf(each, role))
    : [{ role, parts: partsOf(value), omitted: 0 }]
}

const isMessage = (value: unknown): boolean =>
  isFields(value) && (typeof value["role"] === "string" || isFields(value["message"]))

const messageOf = (value: unknown, role: string): Message => {
  const omitted = typeof value === "string" ? omittedItems.exec(value) : null
  if (omitted !== null) {
    return { role: "", parts: [], omitted: Number(omitted[1]) }
  }
  if (!isFields(value)) {
    return { role, parts: partsOf(value), omitted: 0 }
  }
  if (isFields(value["message"])) {
    return messageOf(value["message"], role)
  }
  const given = textOf(value["role"]) || role
  const content = first(value, "parts", "content")
  const answers = textOf(first(value, "tool_call_id", "toolCallId"))
  const parts = given === "tool" && answers !== ""
    ? [resultOf({ ...value, id: answers })]
    : content === undefined && value["role"] === undefined
    ? partsOf([value])
    : partsOf(content)
  return { role: given, parts: [...parts, ...callsOf(value["tool_calls"])], omitted: 0 }
}

/** Calls as OpenAI's API lists them, next to the content. */
const callsOf = (calls: unknown): ReadonlyArray<Part> => Array.isArray(calls) ? calls.filter(isFields).map(callOf) : []

const partsOf = (content: unknown): ReadonlyArray<Part> => {
  if (content === undefined || content === null || content === "") {
    return []
  }
  return Array.isArray(content) ? content.map(partOf) : [partOf(content)]
}

const partOf = (value: unknown): Part => {
  if (typeof value === "string") {
    return { kind: "text", text: value }
  }
  if (!isFields(value)) {
    return { kind: "other", value }
  }
  const read = readers.get(textOf(value["type"]))
  return read?.(value) ?? wrappedOf(value) ?? textPart("text")(value) ?? { kind: "other", value }
}

/** A call or a result in a property of its name, as Gemini, Bedrock and Genkit write them. */
const wrappedOf = (value: Fields): Part | undefined => {
  const call = first(value, "functionCall", "function_call", "toolUse", "toolRequest")
  const result = first(value, "functionResponse", "function_response", "toolResult", "toolResponse")
  return isFields(call) ? callOf(call) : isFields(result) ? resultOf(result) : undefined
}

type PartReader = (value: Fields) => Part | undefined

const textPart = (kind: TextPart["kind"]): PartReader => (value) => {
  const text = first(value, "text", "content", "thinking")
  return typeof text === "string" ? { kind, text } : undefined
}

const callOf = (value: Fields): CallPart => {
  const call = isFields(value["function"]) ? value["function"] : value
  return {
    kind: "call",
    id: textOf(first(value, "toolCallId", "toolUseId", "call_id", "id", "ref")),
    name: textOf(first(call, "name", "toolName")),
    arguments: parsed(first(call, "params", "arguments", "input", "args") ?? "")
  }
}

const resultOf = (value: Fields): ResultPart => ({
  kind: "result",
  id: textOf(first(value, "toolCallId", "tool_use_id", "toolUseId", "tool_call_id", "call_id", "id", "ref")),
  name: textOf(first(value, "name", "toolName")),
  value: parsed(first(value, "result", "response", "output", "content") ?? ""),
  failed: first(value, "isFailure", "is_error", "isError") === true
})

/** The type, size and source of media, from this package's notes or in a vendor's form. */
const mediaOf = (value: Fields): MediaPart => {
  const source =
    [value["data"], value["source"], value["file"], value["image_url"], value["input_audio"]].find(isFields) ?? {}
  const of = (...keys: ReadonlyArray<string>) => first(source, ...keys) ?? first(value, ...keys)
  const data = of("data", "content", "url", "uri", "image_url", "image", "file_data")
  const size = of("size")
  const bytes = typeof data === "string" ? /^data:([^;,]*)[^,]*,/.exec(data.slice(0, 200)) : null
  const isAddress = typeof data === "string" && bytes === null && /^[a-z][a-z0-9+.-]*:/i.test(data)
  return {
    kind: "media",
    type: textOf(of("mediaType", "media_type", "mimeType", "mime_type")) || (bytes?.[1] ?? "") ||
      textOf(of("modality", "kind")) || textOf(value["type"]),
    size: typeof size === "number"
      ? size
      : typeof data === "string" && !isAddress
      ? Math.floor((data.length - (bytes?.[0].length ?? 0)) * 0.75)
      : undefined,
    source: textOf(of("fileName", "filename", "name")) || (isAddress ? data : textOf(of("digest", "file_id")))
  }
}

/** A part that the GenAI conventions do not define, with its original type in `generic_type`. */
const genericOf: PartReader = (value) => {
  const type = textOf(value["generic_type"])
  return type === "generic" ? undefined : readers.get(type)?.(value)
}

const readers: ReadonlyMap<string, PartReader> = new Map<string, PartReader>([
  ...["text", "input_text", "output_text", "refusal"].map((type) => [type, textPart("text")] as const),
  ...["reasoning", "thinking"].map((type) => [type, textPart("reasoning")] as const),
  ...["tool-call", "tool_call", "tool_use", "function_call"].map((type) => [type, callOf] as const),
  ...["tool-result", "tool_call_response", "tool_result", "function_call_output"].map((type) =>
    [type, resultOf] as const
  ),
  ...["file", "image", "image_url", "input_image", "input_audio", "audio", "video", "document", "blob", "uri"].map((
    type
  ) => [type, mediaOf] as const),
  ["generic", genericOf]
])
