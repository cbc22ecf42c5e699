/**
 * How many bytes does a span in memory take? Compared with OpenTelemetry's InMemorySpanExporter; 200,000 spans with four attributes.
 */
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base"
import * as Runtime from "effect/Runtime"
import { InMemoryTelemetry, Telemetry } from "loom-telemetry"
import type { Question } from "../Case.js"
import { body, runtimeOf, times } from "../programs.js"

const spans = 200_000

const heap = (): number => {
  for (let round = 0; round < 4; round++) {
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
}

const kept: Array<unknown> = []

const growth = async (fill: () => Promise<unknown>): Promise<{ readonly value: number }> => {
  const before = heap()
  kept.push(await fill())
  return { value: (heap() - before) / spans }
}

// A new object for each span, as in a program.
const attributes = (turn: number) => ({ tool: "add", turn, ok: true, user_id: "alice" })

const ours = async () => {
  const { runtime } = await runtimeOf(InMemoryTelemetry.layer({ capacity: spans }))
  let turn = 0
  const one = Telemetry.withSpan(body, "loom.tool", () => attributes(turn++))
  await Runtime.runPromise(runtime)(times(1000, one))
  return growth(async () => {
    await Runtime.runPromise(runtime)(times(spans, one))
    return runtime
  })
}

const otel = () => {
  const exporter = new InMemorySpanExporter()
  const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer("bench")
  return growth(async () => {
    for (let turn = 0; turn < spans; turn++) {
      tracer.startSpan("loom.tool", { attributes: attributes(turn) }).end()
    }
    return exporter
  })
}

export const cases: Question["cases"] = { ours, otel }
