/**
 * A route for an edge runtime, which has no Node APIs: in Next.js, the file `app/api/greet/route.ts`. Records go to the platform's log.
 *
 * npx tsx examples/29-edge.ts
 */
import { Effect, Layer, ManagedRuntime } from "effect"
import { ConsoleTelemetry, Telemetry } from "loom-telemetry"
import { Agent, ScriptedModel } from "loom-telemetry/agent"

const agent = Agent.make({ name: "greeter", instructions: "Greet." })
const Model = ScriptedModel.layer([{ text: "Hello." }], { repeat: true })

const Log = ConsoleTelemetry.layer({ stream: { write: (text) => console.log(text.trimEnd()) }, order: "tree" })
const program = ManagedRuntime.make(Layer.merge(Model, Log))

/** Read by Next.js. */
export const runtime = "edge"

/** Answers a request. An edge runtime may stop after the response, so records are flushed before it. */
export const POST = async (request: Request): Promise<Response> => {
  const { output } = await program.runPromise(
    agent.run(await request.text(), { userId: request.headers.get("x-user") ?? "anonymous" }).pipe(
      Telemetry.withSpan("POST /api/greet", undefined, { kind: "server" }),
      Effect.zipLeft(Telemetry.flush)
    )
  )
  return new Response(output)
}

// In production, the platform makes this call.
const response = await POST(new Request("https://example.test/api/greet", { method: "POST", body: "Hi" }))
console.log(response.status, await response.text())
