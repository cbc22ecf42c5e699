/**
 * Reads the content that a span recorded: messages, arguments and results.
 *
 * Takes attributes by the names of this package (`SpanView.known`). Content is recorded only if the program enabled that.
 */
import type { Attributes } from "../../../records/attributes.js"
import type { AttributeKey } from "../../../records/vocabulary.js"
import { type Message, messagesOf } from "./message.js"

export interface SpanContent {
  readonly system: ReadonlyArray<Message>
  readonly input: ReadonlyArray<Message>
  readonly output: ReadonlyArray<Message>
  /** The arguments of a tool, as recorded; `undefined` if not recorded. */
  readonly arguments: unknown
  readonly result: unknown
}

type Side = keyof SpanContent

const names: { readonly [S in Side]: ReadonlyArray<AttributeKey> } = {
  system: ["system_instructions"],
  input: ["input_messages", "input"],
  output: ["output_messages", "output"],
  arguments: ["arguments"],
  result: ["result"]
}

/** The attributes that hold content, also by the names of the GenAI conventions. */
export const contentKeys: ReadonlySet<string> = new Set([
  ...Object.values(names).flat(),
  "gen_ai.system_instructions",
  "gen_ai.input.messages",
  "gen_ai.output.messages",
  "gen_ai.tool.call.arguments",
  "gen_ai.tool.call.result"
])

const valueOf = (attributes: Attributes, side: Side): unknown => {
  const key = names[side].find((name) => Object.hasOwn(attributes, name))
  return key === undefined ? undefined : attributes[key]
}

/** Decodes a text that was recorded as a JSON string; returns any other value as it is. */
const decoded = (value: unknown): unknown => {
  if (typeof value !== "string" || !value.startsWith("\"")) {
    return value
  }
  try {
    return JSON.parse(value) as unknown
  } catch {
    return value
  }
}

const known = new WeakMap<Attributes, SpanContent>()

/** The content of a span with these attributes; parsed once. */
export const contentOf = (attributes: Attributes): SpanContent => {
  const before = known.get(attributes)
  if (before !== undefined) {
    return before
  }
  const content: SpanContent = {
    system: messagesOf(valueOf(attributes, "system"), "system"),
    input: messagesOf(valueOf(attributes, "input"), "user"),
    output: messagesOf(valueOf(attributes, "output"), "assistant"),
    arguments: decoded(valueOf(attributes, "arguments")),
    result: decoded(valueOf(attributes, "result"))
  }
  known.set(attributes, content)
  return content
}

/** Whether messages were recorded. Cheap, because it parses nothing. */
export const hasMessages = (attributes: Attributes): boolean =>
  valueOf(attributes, "input") !== undefined || valueOf(attributes, "output") !== undefined
