/**
 * Instrument your own loop on @effect/ai: wrap the model in a layer and the toolkit in a function. Nothing else changes.
 *
 * npx tsx examples/13-instrumented.ts
 */
import { LanguageModel, Tool, Toolkit } from "@effect/ai"
import { Console, Effect, Layer, Schema, Stream } from "effect"
import { ConsoleTelemetry, RunContext, Telemetry } from "loom-telemetry"
import { instrumentLanguageModel, instrumentToolkit, Pricing, ScriptedModel } from "loom-telemetry/agent"

const Clock = Tool.make("clock", { description: "Says what time it is", success: Schema.String })
const toolkit = Toolkit.make(Clock)

const ask = Effect.gen(function*() {
  const first = yield* LanguageModel.generateText({
    prompt: "What time is it?",
    toolkit: instrumentToolkit(toolkit)
  })
  const time = first.toolResults.map(({ result }) => result).join()
  return yield* LanguageModel.streamText({ prompt: `The clock says ${time}. Tell the user.` }).pipe(
    Stream.map((part) => part.type === "text-delta" ? part.delta : ""),
    Stream.mkString
  )
}).pipe(
  Telemetry.withSpan("my.loop"),
  RunContext.with({ userId: "alice", sessionId: "kitchen" })
)

const Model = instrumentLanguageModel({ provider: "openai" }).pipe(Layer.provide(ScriptedModel.layer([
  { toolCalls: [{ id: "t1", name: "clock", params: {} }], usage: { inputTokens: 25, outputTokens: 5 } },
  { text: "It is noon.", usage: { inputTokens: 40, cachedInputTokens: 24, outputTokens: 4 } }
])))

const Live = Layer.mergeAll(
  Model,
  Pricing.table([{ model: "ScriptedModel", input: 3, cachedInput: 0.3, output: 15 }]),
  toolkit.toLayer({ clock: () => Effect.succeed("12:00") }),
  ConsoleTelemetry.layer({ stream: process.stdout, order: "tree", width: 110 })
)

await Effect.runPromise(ask.pipe(Effect.flatMap((answer) => Console.log(answer)), Effect.provide(Live)))
