/**
 * Builds the conversation of an agent's run over all its turns: each message once, results next to their calls.
 *
 * Every model call records the whole conversation so far, so only messages that earlier calls did not have are taken from each call. The calls of
 * sub-agents are conversations of their own.
 */
import { attributeText } from "../kind.js"
import { ancestors } from "../rows.js"
import type { SpanView, TraceView } from "../TraceView.js"
import type { CallPart, Message, Part, ResultPart } from "./message.js"
import { contentOf, hasMessages } from "./spanContent.js"

/** A call with its result, if there is one, and the span in which the tool ran. */
export interface AnsweredCall extends CallPart {
  readonly result: ResultPart | undefined
  readonly span: SpanView | undefined
}

/** A message as it is shown: a result that answers a call is with the call. */
export interface Entry {
  readonly role: string
  readonly parts: ReadonlyArray<Exclude<Part, CallPart> | AnsweredCall>
  readonly omitted: number
  /** The model call that wrote it; `undefined` for messages sent to a model. */
  readonly span: SpanView | undefined
}

/** The index of the run that a span belongs to, itself included; without a run, of its root. */
export const runOf = (trace: TraceView, index: number): number => {
  const path = [index, ...ancestors(trace.spans, index)]
  return path.find((at) => trace.spans[at]?.kind === "run") ?? path.at(-1)!
}

/** The spans of a run, without those of the runs inside it. */
const ownSpans = ({ spans }: TraceView, run: number): ReadonlyArray<SpanView> => {
  const own: Array<SpanView> = []
  const end = run + (spans[run]?.size ?? 0)
  for (let at = run; at < end; at += at > run && spans[at]!.kind === "run" ? spans[at]!.size : 1) {
    if (at === run || spans[at]!.kind !== "run") {
      own.push(spans[at]!)
    }
  }
  return own
}

/** The conversation of the run with this index, oldest message first. */
export const conversationOf = (trace: TraceView, run: number): ReadonlyArray<Entry> => {
  const own = ownSpans(trace, run)
  const calls = own.filter((span) => span.kind === "model" && hasMessages(span.known))
    .filter((span, at, all) => !isAround(span, all[at + 1]))
  const messages = calls.length > 0
    ? messagesIn(calls)
    : messagesIn(own.filter((span) => hasMessages(span.known)).slice(0, 1))
  return paired(messages, own)
}

/** The messages of one span: what was sent, and what came back. */
export const exchangeOf = (trace: TraceView, span: SpanView): ReadonlyArray<Entry> =>
  paired(messagesIn([span]), ownSpans(trace, runOf(trace, span.index)))

// A model call may be recorded twice, by a library and by the one below it, with the same messages.
const isAround = (span: SpanView, next: SpanView | undefined): boolean =>
  next !== undefined && next.index < span.index + span.size

interface SourcedMessage {
  readonly message: Message
  readonly span: SpanView | undefined
}

const messagesIn = (spans: ReadonlyArray<SpanView>): ReadonlyArray<SourcedMessage> => {
  const messages: Array<SourcedMessage> = []
  let system = ""
  for (const span of spans) {
    const content = contentOf(span.known)
    const key = keyOf(content.system)
    if (key !== system) {
      system = key
      content.system.forEach((message) => messages.push({ message, span: undefined }))
    }
    newMessages(content.input, messages).forEach((message) => messages.push({ message, span: undefined }))
    content.output.forEach((message) => messages.push({ message, span }))
  }
  return messages
}

const keys = new WeakMap<object, string>()

const keyOf = (message: object): string => {
  const known = keys.get(message)
  if (known !== undefined) {
    return known
  }
  const key = JSON.stringify(message)
  keys.set(message, key)
  return key
}

const placesOf = ({ omitted }: Message): number => Math.max(1, omitted)

/**
 * The new messages of an input. If its roles agree with the earlier messages, those that come after them: texts may be truncated differently in each
 * record. If not, because the program rewrote the conversation, those after the last known message.
 */
const newMessages = (
  input: ReadonlyArray<Message>,
  messages: ReadonlyArray<SourcedMessage>
): ReadonlyArray<Message> => {
  const before = messages.map(({ message }) => message)
  if (continues(withoutSystem(before), withoutSystem(input))) {
    return fromPlace(input, withoutSystem(before).reduce((places, message) => places + placesOf(message), 0), before)
  }
  const known = new Set(before.map(keyOf))
  return input.slice(input.findLastIndex((message) => known.has(keyOf(message))) + 1)
}

const withoutSystem = (messages: ReadonlyArray<Message>): ReadonlyArray<Message> =>
  messages.filter(({ role }) => role !== "system")

/** Whether the roles of `after` begin with those of `before`. Omitted messages have any role. */
const continues = (before: ReadonlyArray<Message>, after: ReadonlyArray<Message>): boolean => {
  let at = 0
  let left = 0
  for (const message of before) {
    let places = placesOf(message)
    while (places > 0) {
      const next = after[at]
      if (next === undefined || (next.role !== message.role && next.omitted === 0 && message.omitted === 0)) {
        return false
      }
      left = left === 0 ? placesOf(next) : left
      const step = Math.min(places, left)
      places -= step
      left -= step
      at += left === 0 ? 1 : 0
    }
  }
  return true
}

/** The messages from a place on. System prompts do not count as places: they are new if their text is new. */
const fromPlace = (
  input: ReadonlyArray<Message>,
  from: number,
  before: ReadonlyArray<Message>
): ReadonlyArray<Message> => {
  const prompts = new Set(before.filter(({ role }) => role === "system").map(keyOf))
  let place = 0
  return input.filter((message) => {
    if (message.role === "system") {
      return !prompts.has(keyOf(message))
    }
    place += placesOf(message)
    return place > from
  })
}

type Draft = { -readonly [Key in keyof AnsweredCall]: AnsweredCall[Key] }

const paired = (messages: ReadonlyArray<SourcedMessage>, own: ReadonlyArray<SpanView>): ReadonlyArray<Entry> => {
  const waiting = new Map<string, Draft>()
  const tools = toolsById(own)
  const entries = messages.map(({ message, span }): Entry => ({
    role: message.role,
    omitted: message.omitted,
    span,
    parts: message.parts.flatMap((part): Entry["parts"] => {
      if (part.kind === "result") {
        return answers(waiting, part) ? [] : [part]
      }
      return part.kind === "call" ? [ask(waiting, tools, part)] : [part]
    })
  }))
  waiting.forEach((call) => answerBySpan(call))
  return entries.filter(({ omitted, parts }) => parts.length > 0 || omitted > 0)
}

const toolsById = (spans: ReadonlyArray<SpanView>): Map<string, Array<SpanView>> => {
  const byId = new Map<string, Array<SpanView>>()
  for (const span of spans) {
    const id = ["sent_call_id", "call_id"].map((key) => attributeText(span.known, key))
      .find((text) => text !== "")
    if (id !== undefined) {
      byId.set(id, [...byId.get(id) ?? [], span])
    }
  }
  return byId
}

const ask = (waiting: Map<string, Draft>, tools: Map<string, Array<SpanView>>, part: CallPart): Draft => {
  const call: Draft = { ...part, result: undefined, span: tools.get(part.id)?.shift() }
  const key = part.id || part.name
  const earlier = waiting.get(key)
  if (earlier !== undefined) {
    answerBySpan(earlier)
  }
  waiting.set(key, call)
  return call
}

const answers = (waiting: Map<string, Draft>, result: ResultPart): boolean => {
  const key = result.id || result.name
  const call = waiting.get(key)
  if (call === undefined) {
    return false
  }
  call.result = result
  waiting.delete(key)
  return true
}

/** Takes the result from the tool's span if no later message has it: for the last call of a run, or a model call shown alone. */
const answerBySpan = (call: Draft): void => {
  const value = call.span && contentOf(call.span.known).result
  if (call.span !== undefined && value !== undefined) {
    call.result = { kind: "result", id: call.id, name: call.name, value, failed: call.span.state === "failure" }
  }
}
