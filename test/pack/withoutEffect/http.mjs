// A server and its client: headers continue the trace.
import { makeTelemetry } from "loom-telemetry/promise"
import { createServer } from "node:http"

const telemetry = await makeTelemetry("console,file:./http.jsonl")
const server = createServer((request, response) =>
  telemetry.continueTrace(request.headers, () =>
    telemetry.withSpan("GET user", async () => {
      const user = await telemetry.withSpan("load", async () => ({ name: "Alice" }))
      response.setHeader("connection", "close").end(JSON.stringify(user))
    }))
)
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))

await telemetry.withSpan("client", async () => {
  const response = await fetch(`http://127.0.0.1:${server.address().port}/user`, { headers: telemetry.traceHeaders() })
  await response.json()
})
server.close()
await telemetry.close()
