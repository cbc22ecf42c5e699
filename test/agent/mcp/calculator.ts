/**
 * An MCP server with tools, for any protocol.
 */
import { McpSchema, McpServer, Tool, Toolkit } from "@effect/ai"
import type { RpcServer } from "@effect/rpc"
import { context, propagation } from "@opentelemetry/api"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Telemetry } from "loom-telemetry"
import { instrumentMcpServer } from "loom-telemetry/agent"
import { traceMeta } from "loom-telemetry/otel"

const tools = Toolkit.make(
  Tool.make("add", { parameters: { a: Schema.Number, b: Schema.Number }, success: Schema.Number }),
  Tool.make("passedOn", { success: Schema.Record({ key: Schema.String, value: Schema.String }) }),
  Tool.make("tenant", { success: Schema.String }),
  Tool.make("ask", { success: Schema.String, dependencies: [McpSchema.McpServerClient] })
)

const handlers = tools.toLayer({
  add: ({ a, b }) => Effect.succeed(a + b).pipe(Effect.delay(1), Telemetry.withSpan("adding")),
  // What an outgoing request of the tool would carry.
  passedOn: () => Telemetry.withSpan(traceMeta, "passing on"),
  tenant: () =>
    Effect.sync(() => propagation.getBaggage(context.active())?.getEntry("tenant")?.value ?? "").pipe(
      Telemetry.withSpan("reading")
    ),
  ask: () =>
    McpServer.elicit({ message: "Which tenant?", schema: Schema.Struct({ tenant: Schema.String }) }).pipe(
      Effect.match({ onSuccess: ({ tenant }) => tenant, onFailure: () => "declined" }),
      Telemetry.withSpan("asking")
    )
})

/** A server on an instrumented protocol. */
export const calculator = <E, R>(protocol: Layer.Layer<RpcServer.Protocol, E, R>) =>
  McpServer.toolkit(tools).pipe(
    Layer.provide(handlers),
    Layer.provide(McpServer.layer({ name: "calculator", version: "1.0.0" })),
    Layer.provide(instrumentMcpServer(protocol))
  )
