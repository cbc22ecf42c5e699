/** Values that users of `loom-telemetry/promise` export without a type annotation. */
import { ConsoleTelemetry, FileTelemetry, MultiTelemetry } from "loom-telemetry"
import { makeTelemetry } from "loom-telemetry/promise"

export const named = makeTelemetry("console")
export const layered = makeTelemetry(MultiTelemetry.layer([ConsoleTelemetry.layer(), FileTelemetry.layer("t.jsonl")]))
export const telemetry = await named
export const { withRun, withSpan } = telemetry
export const ask = (question: string) => telemetry.withSpan("ask", async () => question.length)
export const parts = telemetry.withSpanStream("parts", async function*() {
  yield 1
})
