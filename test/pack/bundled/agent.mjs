/** Runs an agent with a tool, and loads prices from the optional package. */
import { Tool, Toolkit } from "@effect/ai"
import { Effect, Schema } from "effect"
import { Agent, Pricing, ScriptedModel } from "loom-telemetry/agent"

const toolkit = Toolkit.make(
  Tool.make("add", { parameters: { a: Schema.Int, b: Schema.Int }, success: Schema.Int })
)
const Tools = toolkit.toLayer({ add: ({ a, b }) => Effect.succeed(a + b) })
const Model = ScriptedModel.layer([
  { toolCalls: [{ id: "c1", name: "add", params: { a: 2, b: 3 } }], usage: { inputTokens: 30, outputTokens: 8 } },
  { text: "The sum is 5.", usage: { inputTokens: 12, outputTokens: 4 } }
])
const Prices = Pricing.table([{ model: "ScriptedModel", input: 2, output: 3 }])
const agent = Agent.make({ name: "arithmetic", instructions: "Add.", toolkit })

const prices = Pricing.pipe(
  Effect.provide(Pricing.genaiPrices),
  Effect.match({ onFailure: ({ message }) => message, onSuccess: () => "Prices are known." })
)

const program = Effect.gen(function*() {
  const { costUsd, output, tokensIn } = yield* agent.run("What is 2 + 3?")
  return [output, tokensIn, costUsd > 0, yield* prices]
})

Effect.runPromise(program.pipe(Effect.provide([Tools, Model, Prices]))).then((found) => console.log(found.join(" ")))
