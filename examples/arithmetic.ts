/**
 * The agent of the examples: it answers "What is 2 + 3?" with a tool. Its model is scripted: no key, no network.
 *
 * Imported by the numbered examples.
 */
import { Tool, Toolkit } from "@effect/ai"
import { Effect, Layer, Schema } from "effect"
import { Agent, Pricing, ScriptedModel, type ScriptedTurn } from "loom-telemetry/agent"

const Add = Tool.make("add", {
  description: "Add two integers",
  parameters: { a: Schema.Int, b: Schema.Int },
  success: Schema.Int
})

const toolkit = Toolkit.make(Add)

const script: ReadonlyArray<ScriptedTurn> = [
  {
    toolCalls: [{ id: "c1", name: "add", params: { a: 2, b: 3 } }],
    usage: { inputTokens: 30, outputTokens: 8 }
  },
  { text: "The sum is 5.", usage: { inputTokens: 12, outputTokens: 4 } }
]

/** The agent. */
export const arithmetic = Agent.make({ name: "arithmetic", instructions: "Arithmetic assistant.", toolkit })

/** Everything it needs: the handler of its tool, a model, and the model's prices (US dollars per million tokens). */
export const ArithmeticLive = Layer.mergeAll(
  toolkit.toLayer({ add: ({ a, b }) => Effect.succeed(a + b) }),
  ScriptedModel.layer(script),
  Pricing.table([{ model: "ScriptedModel", input: 3, output: 15 }])
)

/** One run of it, for Alice. */
export const run = arithmetic.run("What is 2 + 3?", { userId: "alice" }).pipe(Effect.provide(ArithmeticLive))
