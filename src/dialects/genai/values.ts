/**
 * The values that the tables of the conventions name.
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

/** Milliseconds in seconds. */
export const seconds = (key: AttributeKey): Value<number> => ({ attributes }) => secondsOf(attributes, key)

export const secondsOf = (attributes: Attributes, key: AttributeKey): number | undefined => {
  const millis = numberOf(attributes, key)
  return millis === undefined ? undefined : millis / 1000
}

/** `true`, or nothing: conventions leave out what is not so. */
export const ifTrue = (key: AttributeKey): Value<boolean> => ({ attributes }) =>
  attributes[key] === true ? true : undefined

/** A text as a list of one. */
export const listOf = (key: AttributeKey): Value<ReadonlyArray<string>> => ({ attributes }) => {
  const value = textOf(attributes, key)
  return value === undefined ? undefined : [value]
}

/** An unnamed session has the id of its run, which is not a conversation. */
const ownSession = /^run_[0-9A-HJKMNP-TV-Z]{26}$/

export const conversation: Value<string> = ({ sessionId }) =>
  sessionId === undefined || ownSession.test(sessionId) ? undefined : sessionId

export const errorOf: Value<string> = ({ errorType }) => errorType

export const input = (form: MessageForm): Value<string> => ({ attributes }) =>
  inputMessages(textOf(attributes, "input_messages"), form)

export const output = (form: MessageForm): Value<string> => ({ attributes }) =>
  outputMessages(textOf(attributes, "output_messages"), textOf(attributes, "finish_reason"), form)

/** Instructions as a list of text parts. */
export const instructionParts: Value<string> = ({ attributes }) => {
  const content = textOf(attributes, "system_instructions")
  return content === undefined ? undefined : JSON.stringify([{ type: "text", content }])
}

/** Buckets of tokens: powers of four. */
export const tokenBuckets: ReadonlyArray<number> = Array.from({ length: 14 }, (_, power) => 4 ** power)

/** Buckets of durations in seconds: doubling from 0.01 to 81.92. */
export const durationBuckets: ReadonlyArray<number> = Array.from({ length: 14 }, (_, power) => 0.01 * 2 ** power)

/** Buckets of the durations of agents in seconds: doubling from 0.1 to 409.6, then on for runs of up to an hour. */
export const agentBuckets: ReadonlyArray<number> = Array.from({ length: 16 }, (_, power) => 0.1 * 2 ** power)

/** The labels of a model call. */
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
