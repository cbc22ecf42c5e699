/**
 * A Hono server: a middleware makes each request a span in the caller's trace, with the request's user.
 *
 * npx tsx examples/24-hono.ts
 */
import { serve } from "@hono/node-server"
import { Hono } from "hono"
import { ConsoleTelemetry } from "loom-telemetry"
import { makeTelemetry } from "loom-telemetry/promise"
import type { AddressInfo } from "node:net"

const telemetry = await makeTelemetry(ConsoleTelemetry.layer({ stream: process.stdout, order: "tree" }))

const app = new Hono()

app.use(async (c, next) => {
  const { headers } = c.req.raw
  await telemetry.continueTrace(
    headers,
    () =>
      telemetry.withRun(
        { userId: headers.get("x-user") ?? "anonymous" },
        () =>
          telemetry.withSpan(`${c.req.method} ${c.req.path}`, async () => {
            await next()
            telemetry.annotate({ status: c.res.status })
          })
      )
  )
})

app.get("/search", async (c) => {
  const hits = await telemetry.withSpan("search index", { query: c.req.query("q") }, async () => ["a", "b"])
  telemetry.emitMetric("searches", 1)
  return c.json(hits)
})

const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" })
await new Promise((resolve) => server.once("listening", resolve))
const { port } = server.address() as AddressInfo

const hits = await telemetry.withSpan("client", async () => {
  const headers = { ...telemetry.traceHeaders(), "x-user": "alice", "connection": "close" }
  const response = await fetch(`http://127.0.0.1:${port}/search?q=effect`, { headers })
  return response.json()
})

await new Promise((resolve) => server.close(resolve))
await telemetry.close()
console.log(hits)
