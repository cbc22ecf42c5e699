/**
 * A supervisor delegates to two workers in one turn. They run in parallel, in one trace, and their tokens count in the supervisor's result.
 * For an unknown worker, the model gets an error.
 *
 * npx tsx examples/10-supervisor.ts
 */
import { Console, Effect, Layer } from "effect"
import { ConsoleTelemetry } from "loom-telemetry"
import { Agent, Pricing, ScriptedModel, Supervisor } from "loom-telemetry/agent"

const researcher = Agent.make({ name: "researcher", instructions: "Find facts about a topic." })
const writer = Agent.make({ name: "writer", instructions: "Write one sentence." })

const editor = Supervisor.make({
  name: "editor",
  instructions: "Plan, delegate, then sum up.",
  workers: { researcher, writer }
})

const delegate = (id: string, worker: string) => ({
  id,
  name: "delegate",
  params: { worker, instructions: `Your part of the article on owls` }
})

const Model = ScriptedModel.layer([
  {
    toolCalls: [delegate("d1", "researcher"), delegate("d2", "writer"), delegate("d3", "illustrator")],
    usage: { inputTokens: 120, outputTokens: 60 }
  },
  { text: "Owls turn their heads by 270 degrees.", usage: { inputTokens: 40, outputTokens: 12 } },
  { text: "Look behind you: the owl does.", usage: { inputTokens: 40, outputTokens: 9 } },
  { text: "Done, without a picture.", usage: { inputTokens: 210, outputTokens: 8 } }
])

const program = editor.run("An article on owls", { userId: "alice", sessionId: "desk-1" }).pipe(
  Effect.tap(({ costUsd, output, tokensIn, tokensOut }) =>
    Console.log(`\n${output}\n${tokensIn} tokens in, ${tokensOut} out, ${costUsd?.toFixed(6)} US dollars`)
  )
)

const Live = Layer.mergeAll(
  Model,
  Pricing.table([{ model: "ScriptedModel", input: 3, output: 15 }]),
  ConsoleTelemetry.layer({ stream: process.stdout, order: "tree", showMetrics: false, width: 110 })
)

await Effect.runPromise(Effect.provide(program, Live))
