/**
 * A worker thread continues the main thread's trace, and both append to one file.
 *
 * npx tsx examples/25-worker.ts
 */
import { makeTelemetry } from "loom-telemetry/promise"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { isMainThread, parentPort, threadId, Worker, workerData } from "node:worker_threads"

/** In the worker: the headers came with the task. */
const work = async ({ headers, path, task }: { headers: Record<string, string>; path: string; task: string }) => {
  const telemetry = await makeTelemetry(`file:${path}`)
  const length = await telemetry.continueTrace(
    headers,
    () => telemetry.withSpan("work", { thread: threadId }, () => telemetry.withSpan("count", () => task.length))
  )
  await telemetry.close()
  parentPort?.postMessage(length)
}

/** In the main thread: a span around the worker's lifetime. */
const main = async () => {
  const folder = mkdtempSync(join(tmpdir(), "loom-worker-"))
  const path = join(folder, "traces.jsonl")
  const telemetry = await makeTelemetry(`file:${path}`)
  const length = await telemetry.withSpan("job", { thread: threadId }, () => {
    const data = { headers: telemetry.traceHeaders(), path, task: "How long is this?" }
    // Workers do not inherit tsx. For a compiled file, use `new Worker(new URL(import.meta.url), { workerData })`.
    const start = `import("tsx/esm/api").then(({ register }) => (register(), import("${import.meta.url}")))`
    const worker = new Worker(start, { eval: true, workerData: data })
    return new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject))
  })
  await telemetry.close()

  console.log(`${length} characters`)
  // When two writers share a file, each write starts on a new line, which may leave an empty line.
  const lines = readFileSync(path, "utf8").split("\n").filter((line) => line !== "")
  const spans = lines.map((line) => JSON.parse(line))
  const nameOf = (id: string | null) => spans.find((span) => span.span_id === id)?.name ?? "nothing"
  for (const span of spans) {
    console.log(`${span.name} is below ${nameOf(span.parent_span_id)}`)
  }
  console.log(`${new Set(spans.map((span) => span.trace_id)).size} trace`)
  rmSync(folder, { recursive: true })
}

await (isMainThread ? main() : work(workerData))
