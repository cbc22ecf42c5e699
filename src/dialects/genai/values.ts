/**
 * The values in the tables of the conventions.
 */
import type { Attributes, AttributeValue } from "../../records/attributes.js"
import type { AttributeKey } from "../../records/vocabulary.js"
import { type DialectSpan, numberOf, textOf } from "../Dialect.js"
import type { Measured } from "./Convention.js"
import { inputMessages, type MessageForm, outputMessages } from "./messages.js"

type Value<A extends AttributeValue> = (span: DialectSpan) => A | undefined

export const constant = <A extends AttributeValue>(value: A): Value<A> => () => value

export const text = (key: AttributeKey): Value<string> => ({ attributes }) => textOf(attributes, key)

export const number = (key: AttributeKey): Value<number> => ({ attributes }) => numberOf(attributes, key)

/** An attribute in milliseconds, converted to seconds. */
export const seconds = (key: AttributeKey): Value<number> => ({ attributes }) => secondsOf(attributes, key)

export const secondsOf = (attributes: Attributes, key: AttributeKey): number | undefined => {
  const millis = numberOf(attributes, key)
  return millis === undefined ? undefined : millis / 1000
}

/** `true` or nothing: the conventions omit `false`. */
export const ifTrue = (key: AttributeKey): Value<boolean> => ({ attributes }) =>
  attributes[key] === true ? true : undefined

/** A string as a list with one item. */
export const listOf = (key: AttributeKey): Value<ReadonlyArray<string>> => ({ attributes }) => {
  const value = textOf(attributes, key)
  return value === undefined ? undefined : [value]
}

/** A session without an id of its own has the id of its run, which does not identify a conversation. */
const ownSession = /^run_[0-9A-HJKMNP-TV-Z]{26}$/

export const conversation: Value<string> = ({ sessionId }) =>
  sessionId === undefined || ownSession.test(sessionId) ? undefined : sessionId

export const errorOf: Value<string> = ({ errorType }) => errorType

export const input = (form: MessageForm): Value<string> => ({ attributes }) =>
  inputMessages(textOf(attributes, "input_messages"), form)

export const output = (form: MessageForm): Value<string> => ({ attributes }) =>
  outputMessages(textOf(attributes, "output_messages"), textOf(attributes, "finish_reason"), form)

/** The system instructions as a list of text parts. */
export const instructionParts: Value<string> = ({ attributes }) => {
  const content = textOf(attributes, "system_instructions")
  return content === undefined ? undefined : JSON.stringify([{ type: "text", content }])
}

/** Buckets for tokens: powers of four. */
export const tokenBuckets: ReadonlyArray<number> = Array.from({ length: 14 }, (_, power) => 4 ** power)

/** Buckets for durations in seconds: doubling from 0.01 to 81.92. */
export const durationBuckets: ReadonlyArray<number> = Array.from({ length: 14 }, (_, power) => 0.01 * 2 ** power)

/** Buckets for durations of agent runs in seconds: doubling from 0.1 to 3276.8, for runs of up to an hour. */
export const agentBuckets: ReadonlyArray<number> = Array.from({ length: 16 }, (_, power) => 0.1 * 2 ** power)

/** The attributes that the metrics of a model call carry. */
export const callLabels = (attributes: Attributes): Attributes => {
  const out: Record<string, string> = { "gen_ai.operation.name": "chat" }
  for (const [name, key] of callKeys) {
    const value = textOf(attributes, key)
    if (value !== undefined) {
      out[name] = value
    }
  }
  return out
}

const callKeys = [
  ["gen_ai.provider.name", "provider"],
  ["gen_ai.request.model", "model"],
  ["gen_ai.response.model", "response_model"]
] as const

export const durationOf = ({ duration }: Measured): number => duration
