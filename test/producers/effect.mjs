/**
 * `@effect/opentelemetry` with `@effect/ai`: a language model with a tool that fails, in a span with a session of its own.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import * as Telemetry from "@effect/ai/Telemetry"
import * as NodeSdk from "@effect/opentelemetry/NodeSdk"
import { SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { exporter } from "./sink.mjs"

const model = LanguageModel.make({
  generateText: (options) =>
    Effect.sync(() => {
      Telemetry.addGenAIAnnotations(options.span, {
        system: "openai",
        operation: { name: "chat" },
        request: { model: "gpt-5" },
        response: { model: "gpt-5-2025-08-07", finishReasons: ["stop"] },
        usage: { inputTokens: 100, outputTokens: 10 }
      })
      return [
        { type: "text", text: "Five." },
        { type: "finish", reason: "stop", usage: { inputTokens: 100, outputTokens: 10, totalTokens: 110 } }
      ]
    }),
  streamText: () => Stream.empty
})

const program = LanguageModel.generateText({ prompt: "Add 2 and 3" }).pipe(
  Effect.zipRight(Effect.ignore(Effect.fail(new Error("disk on fire")).pipe(Effect.withSpan("read")))),
  Effect.withSpan("answer", { attributes: { "session.id": "chat-1", "user.id": "alice" } }),
  Effect.provideServiceEffect(LanguageModel.LanguageModel, model),
  Effect.provide(NodeSdk.layer(() => ({
    resource: { serviceName: "adder" },
    spanProcessor: new SimpleSpanProcessor(exporter)
  })))
)

await Effect.runPromise(program)
