/**
 * A `node:http` server on Effect: one runtime for all requests, sinks chosen by `LOOM_TELEMETRY` (`console` while developing, `otel` in production), and
 * nothing lost on SIGTERM.
 *
 * npx tsx examples/28-server.ts
 */
import { NodeFileSystem } from "@effect/platform-node"
import { Effect, Layer, ManagedRuntime } from "effect"
import { Telemetry } from "loom-telemetry"
import { Agent, ScriptedModel } from "loom-telemetry/agent"
import { continueTrace, layerConfig } from "loom-telemetry/otel"
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"

const agent = Agent.make({ name: "greeter", instructions: "Greet." })
const Model = ScriptedModel.layer([{ text: "Hello." }], { repeat: true })
const Sinks = layerConfig.pipe(Layer.provide(NodeFileSystem.layer))
const runtime = ManagedRuntime.make(Layer.merge(Model, Sinks))

/** A span in the caller's trace, with the agent's run inside. */
const answer = ({ headers, method, url }: IncomingMessage) =>
  agent.run("Hi", { userId: String(headers["x-user"] ?? "anonymous") }).pipe(
    Effect.map(({ output }) => ({ status: 200, text: output })),
    Effect.catchAll(({ message }) => Effect.succeed({ status: 502, text: message })),
    Effect.tap(({ status }) => Telemetry.annotate({ status })),
    Telemetry.withSpan(`${method} ${url}`, undefined, { kind: "server" }),
    continueTrace(headers)
  )

const server = createServer((request, response) => {
  void runtime.runPromise(answer(request)).then(({ status, text }) => response.writeHead(status).end(text))
})

/** Lets open requests finish, then flushes the sinks. */
const stop = () => void server.close(() => void runtime.dispose().then(() => console.log("stopped")))
process.once("SIGTERM", stop).once("SIGINT", stop)

// From here on, the example acts as its own client, and as the platform that stops the server.
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
const { port } = server.address() as AddressInfo
for (const user of ["alice", "bob"]) {
  const response = await fetch(`http://127.0.0.1:${port}/greet`, { headers: { "x-user": user, "connection": "close" } })
  console.log(response.status, await response.text())
}
process.kill(process.pid, "SIGTERM")
