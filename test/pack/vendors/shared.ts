/**
 * Shared by the programs of all vendors: a simulated vendor, and an agent whose numbers must be right.
 */
import { type LanguageModel, Tool, Toolkit } from "@effect/ai"
import { FetchHttpClient, type HttpClient } from "@effect/platform"
import { Effect, Layer, Schema } from "effect"
import { InMemoryTelemetry, InMemoryTelemetryLive } from "loom-telemetry"
import { Agent, instrumentLanguageModel } from "loom-telemetry/agent"

/** Server-sent events, one for each value. */
export const events = (...values: ReadonlyArray<object>): string =>
  values.map((value) => `${"type" in value ? `event: ${value.type}\n` : ""}data: ${JSON.stringify(value)}\n\n`).join("")

/** An HTTP client that receives this body for every request. */
export const answering = (body: string | Blob, type = "text/event-stream"): Layer.Layer<HttpClient.HttpClient> =>
  FetchHttpClient.layer.pipe(
    Layer.provide(
      Layer.succeed(FetchHttpClient.Fetch, async () => new Response(body, { headers: { "content-type": type } }))
    )
  )

const tools = Toolkit.make(
  Tool.make("add", { parameters: { a: Schema.Int, b: Schema.Int }, success: Schema.Int })
)

const agent = Agent.make({ name: "arithmetic", instructions: "Add.", toolkit: tools })

const Tools = tools.toLayer({ add: ({ a, b }) => Effect.succeed(a + b) })

/** Runs the agent. Fails if the model's answer or the attributes of the call are not as expected. */
export const expectAnswer = (
  Model: Layer.Layer<LanguageModel.LanguageModel>,
  expected: { readonly [key: string]: unknown }
): Promise<void> =>
  Effect.gen(function*() {
    const { output } = yield* agent.run("What is 2 + 3?")
    const calls = (yield* (yield* InMemoryTelemetry).spans).filter(({ name }) => name === "loom.model.stream")
    const seen = Object.fromEntries(Object.keys(expected).map((key) => [key, calls[0]?.attributes[key]]))
    if (output !== "Five." || JSON.stringify(seen) !== JSON.stringify(expected)) {
      throw new Error(`${JSON.stringify(output)} with ${JSON.stringify(seen)}, not ${JSON.stringify(expected)}`)
    }
  }).pipe(
    Effect.provide(
      Layer.merge(Tools, Layer.provide(instrumentLanguageModel(), Model)).pipe(
        Layer.provideMerge(InMemoryTelemetryLive)
      )
    ),
    Effect.runPromise
  )
