/**
 * Generates a large file of complete agent runs, as a sink writes them: turns, model calls with their measurements, tools.
 */
import { closeSync, openSync, writeSync } from "node:fs"
import type { MetricData, SpanData } from "../../src/records/SpanData.js"
import { encodeMetric } from "../../src/records/wire/metric.js"
import { encodeSpan } from "../../src/records/wire/span.js"

const turns = 5
/** Each turn has a model call with three measurements, a tool call, and the turn itself; then comes the run. */
const recordsOfRun = turns * 6 + 1

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0")

/** The lines of one run, in the order in which a sink writes them. */
const runLines = (run: number): string => {
  const traceId = hex(run + 1, 32)
  const owner = { user_id: `user-${run % 100}`, session_id: `chat-${run % 1000}`, run_id: hex(run, 12) }
  const root = hex(run * 100 + 1, 16)
  let now = BigInt(1_769_860_800_000_000_000) + BigInt(run) * BigInt(40_000_000)
  let text = ""
  let spans = 1
  const span = (name: string, parent: string | null, id: string, attributes: SpanData["attributes"]) => {
    const end = now += BigInt(1_234_567 + run % 1000)
    const start = end - BigInt(1_000_000 + (run % 977) * 1000)
    text += `${
      encodeSpan(
        {
          name,
          traceId,
          spanId: id,
          parentSpanId: parent,
          start,
          end,
          sequence: 0,
          attributes,
          outcome: "success",
          exception: null,
          events: undefined,
          links: undefined
        }
      )
    }\n`
  }
  for (let turn = 0; turn < turns; turn++) {
    const [turnId, modelId, toolId] = [1, 2, 3].map((more) => hex(run * 100 + turn * 3 + more + 1, 16))
    const tokens = { "loom.tokens.input": 1200 + turn * 300, "loom.tokens.output": 80 + turn, "loom.cost.usd": 0.0125 }
    for (const [name, value] of Object.entries(tokens)) {
      const metric: MetricData = {
        name,
        value,
        instrumentKind: "counter",
        attributes: { model: "model-a", ...owner },
        time: now,
        traceId,
        spanId: modelId
      }
      text += `${encodeMetric(metric)}\n`
    }
    const used = { tokens_in: 1200 + turn * 300, tokens_out: 80 + turn, cost_usd: 0.0125 }
    span("loom.model.stream", turnId!, modelId!, {
      model: "model-a",
      provider: "test",
      streaming: true,
      ...used,
      ...owner
    })
    span("loom.tool", turnId!, toolId!, {
      tool: `tool-${turn}`,
      call_id: `call_${hex(run, 8)}${turn}`,
      ok: true,
      ...owner
    })
    span("loom.turn", root, turnId!, { turn, ...owner })
    spans += 3
  }
  span("loom.run", null, root, { agent: "planner", max_turns: turns, model: "model-a", spans, ...owner })
  return text
}

/** Writes a file of at least `fileSize` bytes, and returns its number of records and bytes. */
export const writeRuns = (path: string, fileSize: number): { readonly records: number; readonly bytes: number } => {
  const file = openSync(path, "w")
  let [runs, bytes] = [0, 0]
  while (bytes < fileSize) {
    bytes += writeSync(file, Array.from({ length: 50 }, () => runLines(runs++)).join(""))
  }
  closeSync(file)
  return { records: runs * recordsOfRun, bytes }
}
