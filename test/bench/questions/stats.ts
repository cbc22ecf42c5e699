/**
 * How many megabytes a second does `stats` read? Against reading the lines of the same file and `JSON.parse` of each, and nothing else.
 *
 * The file has some 64 MB of whole agent runs: turns, model calls with their measurements, tools.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { closeSync, createReadStream, mkdtempSync, openSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { summaryOf } from "../../../src/cli/input/summary.js"
import { Output } from "../../../src/cli/output/Output.js"
import type { MetricData, SpanData } from "../../../src/records/SpanData.js"
import { encodeMetric } from "../../../src/records/wire/metric.js"
import { encodeSpan } from "../../../src/records/wire/span.js"
import type { Question, Reading } from "../Case.js"
import { median } from "../measure.js"

const fileSize = 64_000_000
const rounds = 5
const turns = 5
/** Of each turn the model call with three measurements, a tool and the turn itself; then the run. */
const recordsOfRun = turns * 6 + 1

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0")

/** The lines of one run, in the order in which a sink writes them. */
const runLines = (run: number): string => {
  const traceId = hex(run + 1, 32)
  const whose = { user_id: `user-${run % 100}`, session_id: `chat-${run % 1000}`, run_id: hex(run, 12) }
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
        attributes: { model: "model-a", ...whose },
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
      ...whose
    })
    span("loom.tool", turnId!, toolId!, {
      tool: `tool-${turn}`,
      call_id: `call_${hex(run, 8)}${turn}`,
      ok: true,
      ...whose
    })
    span("loom.turn", root, turnId!, { turn, ...whose })
    spans += 3
  }
  span("loom.run", null, root, { agent: "planner", max_turns: turns, model: "model-a", spans, ...whose })
  return text
}

/** Writes the file and says how many records it has. */
const write = (path: string): { readonly records: number; readonly bytes: number } => {
  const file = openSync(path, "w")
  let [runs, bytes] = [0, 0]
  while (bytes < fileSize) {
    bytes += writeSync(file, Array.from({ length: 50 }, () => runLines(runs++)).join(""))
  }
  closeSync(file)
  return { records: runs * recordsOfRun, bytes }
}

/** Megabytes a second, the median over the rounds; `read` gives the number of records that it saw. */
const perSecond = async (read: (path: string) => Promise<number>): Promise<Reading> => {
  const folder = mkdtempSync(join(tmpdir(), "loom-bench-"))
  try {
    const path = join(folder, "records.jsonl")
    const { bytes, records } = write(path)
    const found: Array<number> = []
    for (let round = 0; round < rounds; round++) {
      const start = process.hrtime.bigint()
      const seen = await read(path)
      found.push(bytes / 1e6 / (Number(process.hrtime.bigint() - start) / 1e9))
      if (seen !== records) {
        throw new Error(`${seen} of ${records} records were read`)
      }
    }
    return { value: median(found) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const silent = Layer.succeed(Output, {
  write: () => Effect.void,
  log: () => Effect.void,
  logOnce: () => Effect.void,
  progress: () => Effect.void,
  noteTruncated: () => Effect.void,
  truncated: Effect.succeed([]),
  width: Infinity,
  color: false,
  isTerminal: false
})

const ours = async (path: string): Promise<number> => {
  const { metrics, spans } = await Effect.runPromise(Effect.provide(summaryOf([path]), silent))
  return spans + metrics
}

/** The least that any reader has to do: chunks as text, lines by `indexOf`. */
const parse = async (path: string): Promise<number> => {
  const decoder = new TextDecoder()
  let rest = ""
  let seen = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    const text = rest + decoder.decode(chunk as Uint8Array, { stream: true })
    let from = 0
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      const record: unknown = JSON.parse(text.slice(from, end))
      seen += record === null ? 0 : 1
      from = end + 1
    }
    rest = text.slice(from)
  }
  return seen
}

export const cases: Question["cases"] = {
  ours: () => perSecond(ours),
  parse: () => perSecond(parse)
}
