/**
 * The agent of 31-week.ts: it looks a question up, then answers. Its models are scripted; the large one links to the manual.
 */
import { type LanguageModel, Tool, Toolkit } from "@effect/ai"
import { Effect, type Layer, Schema } from "effect"
import { Agent, Pricing, ScriptedModel } from "loom-telemetry/agent"

export const questions = [
  "How do I return a lamp?",
  "Where is my invoice?",
  "Is the lamp waterproof?",
  "Can I pay by card?",
  "How long is the warranty?",
  "Do you ship abroad?",
  "Who repairs lamps?",
  "Which bulbs fit?"
]

const Lookup = Tool.make("lookup", { parameters: { text: Schema.String }, success: Schema.String })
const tools = Toolkit.make(Lookup)
export const ToolsLive = tools.toLayer({ lookup: ({ text }) => Effect.succeed(`Page ${text.length} of the manual`) })

export const support = Agent.make({ name: "support", instructions: "Look it up, then answer.", toolkit: tools })

export type Model = Layer.Layer<LanguageModel.LanguageModel>

const usage = { inputTokens: 40, outputTokens: 9 }
const lookup = { toolCalls: [{ id: "c1", name: "lookup", params: { text: "lamp" } }], usage }
const answer = { text: "See https://lamps.example/manual/4.", usage }
const times = <A>(count: number, turns: ReadonlyArray<A>) => Array.from({ length: count }, () => turns).flat()

/** The model of version 1. */
export const small = (runs: number): Model =>
  ScriptedModel.layer(times(runs, [lookup, { text: "Please read the manual.", usage }]), { model: "small-1" })

/** The model of version 2. */
export const large = (runs: number): Model => ScriptedModel.layer(times(runs, [lookup, answer]), { model: "large-1" })

/** The model of version 2, in a run that has already looked it up. */
export const largeAfterLookup: Model = ScriptedModel.layer([answer], { model: "large-1" })

export const Prices = Pricing.table([
  { model: "small-1", input: 1, output: 4 },
  { model: "large-1", input: 2, output: 8 }
])
