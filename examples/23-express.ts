/**
 * An Express server: each request is a span that continues the caller's trace and contains its handlers' spans.
 *
 * npx tsx examples/23-express.ts
 */
import express from "express"
import { ConsoleTelemetry } from "loom-telemetry"
import { makeTelemetry } from "loom-telemetry/promise"
import type { AddressInfo } from "node:net"

const telemetry = await makeTelemetry(ConsoleTelemetry.layer({ stream: process.stdout, order: "tree" }))

const app = express()

/** Open until the response has been sent, with its status. */
app.use((request, response, next) => {
  void telemetry.continueTrace(
    request.headers,
    () =>
      telemetry.withSpan(`${request.method} ${request.path}`, async () => {
        const sent = new Promise((resolve) => response.once("close", resolve))
        next()
        await sent
        telemetry.annotate({ status: response.statusCode })
      })
  )
})

app.get("/users/:id", async (request, response) => {
  const name = await telemetry.withSpan("load user", { id: request.params.id }, async () => "Alice")
  response.json({ name })
})

const server = app.listen(0, "127.0.0.1")
await new Promise((resolve) => server.once("listening", resolve))
const { port } = server.address() as AddressInfo

const user = await telemetry.withSpan("client", async () => {
  const headers = telemetry.traceHeaders()
  const response = await fetch(`http://127.0.0.1:${port}/users/7`, { headers: { ...headers, connection: "close" } })
  return response.json()
})

await new Promise((resolve) => server.close(resolve))
await telemetry.close()
console.log(user)
