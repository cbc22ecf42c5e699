// A stream of parts, read inside a span that stays open until the last part.
import { makeTelemetry } from "loom-telemetry/promise"

const telemetry = await makeTelemetry("console,file:./stream.jsonl")

const parts = async function*() {
  for (const part of ["one", "two"]) {
    await telemetry.withSpan("part", { part }, () => new Promise((resolve) => setTimeout(resolve, 1)))
    yield part
  }
}

await telemetry.withSpan("read", async () => {
  for await (const part of telemetry.withSpanStream("stream", parts)) {
    telemetry.withSpan("use", { part }, () => part.length)
  }
})
await telemetry.close()
