/**
 * A workflow of functions, agents and other workflows. Each node is a span with its step, name and pattern.
 *
 * npx tsx examples/11-workflow.ts
 */
import { Console, Effect, Layer } from "effect"
import { ConsoleTelemetry } from "loom-telemetry"
import { Agent, Pricing, ScriptedModel, Workflow } from "loom-telemetry/agent"

const classifier = Agent.make({ name: "classifier", instructions: "Answer with one word: bug or praise." })
const support = Agent.make({ name: "support", instructions: "Answer a customer who found a bug." })

const check = Workflow.parallel("check", {
  length: (text: string) => Effect.succeed(text.length),
  words: (text: string) => Effect.succeed(text.split(/\s+/).length)
})

const shorten = Workflow.loop("shorten", {
  body: (text: string) => Effect.succeed(text.split(" ").slice(0, -1).join(" ")),
  until: (text) => text.length <= 40,
  max: 10
})

const answer = Workflow.chain("answer", [
  function tidy(text: string) {
    return Effect.succeed(text.trim())
  },
  Workflow.route("triage", {
    classify: classifier,
    routes: { bug: support, praise: () => Effect.succeed("Thank you!") },
    otherwise: () => Effect.succeed("We have read your message.")
  }),
  shorten,
  check
])

const Model = ScriptedModel.layer([
  { text: "bug", usage: { inputTokens: 20, outputTokens: 1 } },
  { text: "Sorry! The fix is in tomorrow's release, we promise.", usage: { inputTokens: 30, outputTokens: 14 } }
])

const program = answer("  It crashes when I press Save.  ").pipe(
  Effect.tap((result) => Console.log("\n", result)),
  Effect.provide(Layer.mergeAll(
    Model,
    Pricing.table([{ model: "ScriptedModel", input: 3, output: 15 }]),
    ConsoleTelemetry.layer({ stream: process.stdout, order: "tree", showMetrics: false, width: 110 })
  ))
)

await Effect.runPromise(program)
