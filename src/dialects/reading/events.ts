/**
 * Reads messages from the events of a span, where the GenAI conventions had them until 1.36. Attributes take precedence.
 */
import type { Attributes } from "../../records/attributes.js"
import type { EventData } from "../../records/SpanData.js"
import type { AttributeKey, SpanRole } from "../../records/vocabulary.js"
import type { Meaning } from "../meaning.js"
import { type Foreign, jsonObject, jsonValue, type Plain, plain, type Set, setContent } from "./Reading.js"

const asked = /^gen_ai\.(system|user|assistant|tool)\.message$/

/** The meaning of a span with the messages in its events. */
export const withEvents = (
  meaning: Meaning<Attributes>,
  events: ReadonlyArray<EventData> = []
): Meaning<Attributes> => {
  const said = events.filter(({ name }) => name.startsWith("gen_ai."))
  const { attributes, role } = meaning
  if (role === undefined || said.length === 0) {
    return meaning
  }
  const found: { [Key in AttributeKey]?: Plain } = {}
  const set: Set = (key, value) => {
    if (value !== undefined && attributes[key] === undefined) {
      found[key] ??= value
    }
  }
  said.forEach(({ attributes: of, name }) => setWhole(role, of, name, set))
  const answers = said.flatMap((event) => event.name === "gen_ai.choice" ? [bodyOf(event)] : [])
  setContent(role, contentOf(role, said.flatMap(askedOf)), contentOf(role, answers.map(answerOf)), set)
  if (role === "model") {
    set("finish_reason", plain(answers[0]?.["finish_reason"]))
  }
  return { role, attributes: { ...attributes, ...found } }
}

/** Events that hold all messages of a side. */
const setWhole = (role: SpanRole, attributes: Foreign, name: string, set: Set): void => {
  if (name === "gen_ai.client.inference.operation.details") {
    setContent(role, plain(attributes["gen_ai.input.messages"]), plain(attributes["gen_ai.output.messages"]), set)
    if (role === "model") {
      set("system_instructions", plain(attributes["gen_ai.system_instructions"]))
    }
  } else if (name === "gen_ai.content.prompt" || name === "gen_ai.content.completion") {
    setContent(role, plain(attributes["gen_ai.prompt"]), plain(attributes["gen_ai.completion"]), set)
  }
}

/** What an event holds; Azure's libraries write it as one JSON text. */
const bodyOf = ({ attributes }: EventData): Foreign => ({
  ...jsonObject(attributes["gen_ai.event.content"]),
  ...attributes
})

interface Said {
  readonly role: unknown
  readonly content: unknown
}

const askedOf = (event: EventData): ReadonlyArray<Said> => {
  const asker = asked.exec(event.name)?.[1]
  if (asker === undefined) {
    return []
  }
  const { content, id, role, tool_calls: calls } = bodyOf(event)
  return [{
    role: role ?? asker,
    content: opened(content),
    ...(asker === "tool" && { tool_call_id: id }),
    ...callsOf(calls)
  }]
}

const answerOf = (body: Foreign): Said => {
  const message = opened(body["message"] ?? body["content"])
  return {
    role: "assistant",
    ...(isFields(message) ? { content: undefined, ...message } : { content: message }),
    ...callsOf(body["tool_calls"])
  }
}

const callsOf = (calls: unknown): object => calls === undefined ? {} : { tool_calls: opened(calls) }

/** Messages as JSON; of a tool only what the first one holds. */
const contentOf = (role: SpanRole, messages: ReadonlyArray<Said>): Plain | undefined =>
  messages.length === 0 ? undefined : role === "tool" ? plain(messages[0]!.content) : JSON.stringify(messages)

/** The value of a text that holds a JSON object or list; any other value unchanged. */
const opened = (value: unknown): unknown =>
  typeof value === "string" && /^\s*[[{]/.test(value) ? jsonValue(value) ?? value : value

const isFields = (value: unknown): value is Foreign =>
  typeof value === "object" && value !== null && !Array.isArray(value)
