/**
 * The tools and the agent that most tests run.
 */
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Agent, type ScriptedToolCall, type ScriptedTurn } from "loom-telemetry/agent"

export const Add = Tool.make("add", {
  description: "Add two integers",
  parameters: { a: Schema.Int, b: Schema.Int },
  success: Schema.Int
})

export const arithmeticTools = Toolkit.make(Add)

export const ArithmeticLive = arithmeticTools.toLayer({ add: ({ a, b }) => Effect.succeed(a + b) })

export const arithmetic = Agent.make({
  name: "arithmetic",
  instructions: "Arithmetic assistant.",
  toolkit: arithmeticTools
})

/** A call of `add`. */
export const add = (id: string, a: unknown, b: unknown): ScriptedToolCall => ({ id, name: "add", params: { a, b } })

/** A turn of tool calls that costs 30 + 8 tokens. */
export const calling = (...toolCalls: ReadonlyArray<ScriptedToolCall>): ScriptedTurn => ({
  toolCalls,
  usage: { inputTokens: 30, outputTokens: 8 }
})

/** A turn of text that costs 12 + 4 tokens. */
export const saying = (text: string): ScriptedTurn => ({ text, usage: { inputTokens: 12, outputTokens: 4 } })

/** An agent without tools. */
export const talker = (name: string) => Agent.make({ name, instructions: `You are the ${name}.` })

/** The tool results that the model received, in order. */
export const resultsGiven = (
  messages: ReadonlyArray<{ readonly role: string; readonly content: unknown }>
): ReadonlyArray<{ readonly id: string; readonly result: unknown; readonly isFailure: boolean }> =>
  messages.filter(({ role }) => role === "tool").flatMap(({ content }) =>
    (content as ReadonlyArray<{ id: string; result: unknown; isFailure: boolean }>)
      .map(({ id, isFailure, result }) => ({ id, result, isFailure }))
  )
