/**
 * A real model instead of a script: uses whichever vendor's key is in the environment.
 *
 * ANTHROPIC_API_KEY=… npx tsx examples/20-real-model.ts
 */
import { Tool, Toolkit } from "@effect/ai"
import { AnthropicClient, AnthropicLanguageModel } from "@effect/ai-anthropic"
import { OpenAiClient, OpenAiLanguageModel } from "@effect/ai-openai"
import { FetchHttpClient } from "@effect/platform"
import { Config, Console, Effect, Layer, Option, Schema } from "effect"
import { ConsoleTelemetry } from "loom-telemetry"
import { Agent } from "loom-telemetry/agent"

const Add = Tool.make("add", {
  description: "Add two integers",
  parameters: { a: Schema.Int, b: Schema.Int },
  success: Schema.Int
})

const toolkit = Toolkit.make(Add)
const ToolsLive = toolkit.toLayer({ add: ({ a, b }) => Effect.succeed(a + b) })

const agent = Agent.make({
  name: "arithmetic",
  instructions: "You do arithmetic with your tools, and answer in one sentence.",
  toolkit,
  budget: { maxTokens: 5_000 }
})

/** The addresses are the vendors' own unless the environment says otherwise. */
const Anthropic = AnthropicLanguageModel.layer({ model: "claude-sonnet-4-5" }).pipe(
  Layer.provide(AnthropicClient.layerConfig({
    apiKey: Config.redacted("ANTHROPIC_API_KEY"),
    apiUrl: Config.withDefault(Config.string("ANTHROPIC_BASE_URL"), undefined)
  }))
)
const OpenAi = OpenAiLanguageModel.layer({ model: "gpt-5-mini" }).pipe(
  Layer.provide(OpenAiClient.layerConfig({
    apiKey: Config.redacted("OPENAI_API_KEY"),
    apiUrl: Config.withDefault(Config.string("OPENAI_BASE_URL"), undefined)
  }))
)

const isSet = (name: string) => Effect.map(Config.option(Config.nonEmptyString(name)), Option.isSome)

const program = Effect.gen(function*() {
  const model = (yield* isSet("ANTHROPIC_API_KEY")) ? Anthropic : (yield* isSet("OPENAI_API_KEY")) ? OpenAi : undefined
  if (model === undefined) {
    return yield* Console.log("Skipped: neither ANTHROPIC_API_KEY nor OPENAI_API_KEY is set")
  }
  const answer = yield* agent.run("What is 1234 + 4321?", { userId: "alice" }).pipe(Effect.provide([ToolsLive, model]))
  yield* Console.log(answer.output)
})

const Sinks = ConsoleTelemetry.layer({ stream: process.stdout, order: "tree" })

await Effect.runPromise(program.pipe(Effect.provide([Sinks, FetchHttpClient.layer])))
