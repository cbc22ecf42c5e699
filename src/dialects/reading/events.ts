/**
 * Reads messages from the events of a span, where the GenAI conventions put them until 1.36. Attributes take precedence.
 */
import type { Attributes } from "../../records/attributes.js"
import type { EventData } from "../../records/SpanData.js"
import type { AttributeKey, SpanRole } from "../../records/vocabulary.js"
import type { Meaning } from "../meaning.js"
import { type Foreign, jsonObject, jsonValue, type Plain, plain, type Set, setContent } from "./Reading.js"

const promptEvent = /^gen_ai\.(system|user|assistant|tool)\.message$/

/** The meaning of a span with the messages in its events. */
export const withEvents = (
  meaning: Meaning<Attributes>,
  events: ReadonlyArray<EventData> = []
): Meaning<Attributes> => {
  const ofGenai = events.filter(({ name }) => name.startsWith("gen_ai."))
  const { attributes, role } = meaning
  if (role === undefined || ofGenai.length === 0) {
    return meaning
  }
  const found: { [Key in AttributeKey]?: Plain } = {}
  const set: Set = (key, value) => {
    if (value !== undefined && attributes[key] === undefined) {
      found[key] ??= value
    }
  }
  ofGenai.forEach(({ attributes: of, name }) => setWhole(role, of, name, set))
  const answers = ofGenai.flatMap((event) => event.name === "gen_ai.choice" ? [bodyOf(event)] : [])
  setContent(role, contentOf(role, ofGenai.flatMap(promptOf)), contentOf(role, answers.map(answerOf)), set)
  if (role === "model") {
    set("finish_reason", plain(answers[0]?.["finish_reason"]))
  }
  return { role, attributes: { ...attributes, ...found } }
}

/** Reads events that hold all input or all output messages. */
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

/** The fields of an event. Azure's libraries write them as one JSON string. */
const bodyOf = ({ attributes }: EventData): Foreign => ({
  ...jsonObject(attributes["gen_ai.event.content"]),
  ...attributes
})

interface Message {
  readonly role: unknown
  readonly content: unknown
}

const promptOf = (event: EventData): ReadonlyArray<Message> => {
  const author = promptEvent.exec(event.name)?.[1]
  if (author === undefined) {
    return []
  }
  const { content, id, role, tool_calls: calls } = bodyOf(event)
  return [{
    role: role ?? author,
    content: parsedText(content),
    ...(author === "tool" && { tool_call_id: id }),
    ...callsOf(calls)
  }]
}

const answerOf = (body: Foreign): Message => {
  const message = parsedText(body["message"] ?? body["content"])
  return {
    role: "assistant",
    ...(isFields(message) ? { content: undefined, ...message } : { content: message }),
    ...callsOf(body["tool_calls"])
  }
}

const callsOf = (calls: unknown): object => calls === undefined ? {} : { tool_calls: parsedText(calls) }

/** Messages as JSON; for a tool, only the content of the first one. */
const contentOf = (role: SpanRole, messages: ReadonlyArray<Message>): Plain | undefined =>
  messages.length === 0 ? undefined : role === "tool" ? plain(messages[0]!.content) : JSON.stringify(messages)

/** Parses a string that contains a JSON object or array. Returns any other value unchanged. */
const parsedText = (value: unknown): unknown =>
  typeof value === "string" && /^\s*[[{]/.test(value) ? jsonValue(value) ?? value : value

const isFields = (value: unknown): value is Foreign =>
  typeof value === "object" && value !== null && !Array.isArray(value)
