// Nested functions: asynchronous, parallel, synchronous, and failing.
import { makeTelemetry } from "loom-telemetry/promise"

const { annotate, close, emitMetric, withRun, withSpan } = await makeTelemetry("console,file:./nested.jsonl")
const pause = () => new Promise((resolve) => setTimeout(resolve, 1))

await withRun({ userId: "alice", sessionId: "chat-7" }, () =>
  withSpan("answer", { question_length: 12 }, async () => {
    await Promise.all(["a", "b"].map((query) => withSpan("search", { query }, pause)))
    annotate({ hits: withSpan("count", () => 3) })
    emitMetric("searches", 2)
    await withSpan("broken", () => Promise.reject(new Error("no index"))).catch(() => {})
  }))
await close()
