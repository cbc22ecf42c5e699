/** Records two spans for a user, without Effect. */
import { Telemetry } from "loom-telemetry"
import { makeTelemetry } from "loom-telemetry/promise"

const run = async () => {
  const spans = []
  const sink = { name: "list", onSpanEnd: (span) => void spans.unshift(span) }
  const telemetry = await makeTelemetry(Telemetry.layerSink(sink))
  await telemetry.withRun(
    { userId: "alice" },
    () => telemetry.withSpan("outer", async () => telemetry.withSpan("inner", () => 0))
  )
  await telemetry.close()
  const [outer, inner] = spans
  if (inner.parentSpanId !== outer.spanId) {
    throw new Error("these are two trees")
  }
  return [outer.name, inner.name, inner.attributes.user_id]
}

run().then((found) => console.log(found.join(" ")))
