/**
 * A budget ends a run before the next call once it is spent. The run succeeds with what it has so far, and a metric counts it.
 *
 * npx tsx examples/12-budget.ts
 */
import { Tool, Toolkit } from "@effect/ai"
import { Console, Effect, Layer, Schema } from "effect"
import { InMemoryTelemetry } from "loom-telemetry"
import { Agent, Pricing, ScriptedModel } from "loom-telemetry/agent"

const Search = Tool.make("search", {
  description: "Searches the archive",
  parameters: { query: Schema.String },
  success: Schema.String
})
const toolkit = Toolkit.make(Search)

const agent = Agent.make({
  name: "archivist",
  instructions: "Search until you have found it.",
  toolkit,
  budget: { maxCostUsd: 0.01, maxTokens: 1_000_000, maxWallClock: "1 minute" }
})

/** A model that never stops searching. */
const Model = ScriptedModel.layer(Array.from({ length: 50 }, (_, turn) => ({
  text: `Not there yet (${turn + 1}).`,
  toolCalls: [{ id: `s${turn}`, name: "search", params: { query: `box ${turn}` } }],
  usage: { inputTokens: 1000, outputTokens: 50 }
})))

const program = Effect.gen(function*() {
  const { costUsd, interruptedReason, output, turns } = yield* agent.run("Where is the letter?", { userId: "alice" })
  yield* Console.log(`${output} Stopped after ${turns} turns: ${interruptedReason}, ${costUsd?.toFixed(5)} US dollars`)
  const metrics = yield* Effect.flatMap(InMemoryTelemetry, (memory) => memory.metrics)
  for (const { attributes, name, value } of metrics.filter((metric) => metric.name === "loom.budget.exceeded")) {
    yield* Console.log(`${name} ${value}`, attributes)
  }
})

const Live = Layer.mergeAll(
  Model,
  toolkit.toLayer({ search: () => Effect.succeed("Nothing in this box.") }),
  Pricing.table([{ model: "ScriptedModel", input: 2, output: 10 }]),
  InMemoryTelemetry.layer()
)

await Effect.runPromise(Effect.provide(program, Live))
