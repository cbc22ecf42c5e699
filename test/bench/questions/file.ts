/**
 * How many records per second does the file sink write? Compared with pino's asynchronous destination, and with `JSON.stringify` without a file.
 *
 * Records have about 420 bytes. Wall time is measured until everything is in the file.
 */
import { NodeFileSystem } from "@effect/platform-node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { FileTelemetry, Telemetry } from "loom-telemetry"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setImmediate } from "node:timers/promises"
import pino from "pino"
import type { SpanData } from "../../../src/records/SpanData.js"
import type { Question, Reading } from "../Case.js"
import { longestStall, median } from "../measure.js"

const records = 20_000
const rounds = 9
/** Records between two turns of the event loop. */
const burst = 200

/** As for the tools of an agent: the call id and the duration differ for each record, the rest repeats. */
const attributesOf = (index: number) => ({
  tool: "search",
  call_id: `call_01JB2Y${index}`,
  ok: true,
  duration_ms: 12.345 + index,
  user_id: "alice",
  session_id: "chat-7"
})

const inFolder = async (work: (path: string) => Promise<Reading>): Promise<Reading> => {
  const folder = mkdtempSync(join(tmpdir(), "loom-bench-"))
  try {
    return await work(join(folder, "records.jsonl"))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Records per second, the median over the rounds. */
const perSecond = async (round: () => Promise<unknown> | unknown): Promise<Reading> => {
  const found: Array<number> = []
  for (let index = 0; index < rounds; index++) {
    const start = process.hrtime.bigint()
    await round()
    found.push(records / (Number(process.hrtime.bigint() - start) / 1e9))
  }
  return { value: median(found) }
}

/** The record as passed to other sinks. */
const plain = (index: number) => ({
  kind: "span",
  name: "loom.tool",
  trace_id: "0af7651916cd43dd8448eb211c80319c",
  span_id: index.toString(16).padStart(16, "0"),
  parent_span_id: "b7ad6b7169203331",
  started_at: "2026-01-31T12:00:00.000000Z",
  ended_at: "2026-01-31T12:00:00.012345Z",
  duration_ms: 12.345,
  attributes: attributesOf(index),
  outcome: "success",
  exception: null
})

const span = (index: number): SpanData => ({
  name: "loom.tool",
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: index.toString(16).padStart(16, "0"),
  parentSpanId: "b7ad6b7169203331",
  start: BigInt(1_769_860_800_000_000_000),
  end: BigInt(1_769_860_800_012_345_000),
  sequence: index,
  attributes: attributesOf(index),
  outcome: "success",
  exception: null,
  events: undefined,
  links: undefined
})

/**
 * Writes all records with other work in between, as in an agent, so no queue is ever full. Bursts are so short that creating them does not count as a
 * stall.
 */
const inTurns = async (write: (index: number) => void): Promise<void> => {
  for (let index = 0; index < records; index++) {
    write(index)
    if (index % burst === 0) {
      await setImmediate()
    }
  }
}

/** Passes records to the sink as the core does, because the cost of creating a span is another question. */
const emitter = Effect.map(Telemetry, (telemetry) => async () => {
  const [sink] = telemetry.recording?.recorder.observers ?? []
  await inTurns((index) => sink!.onEnd!(span(index), undefined as never))
  await Effect.runPromise(telemetry.flush)
})

const ours = (path: string, measured: (run: () => Promise<void>) => Promise<Reading>) =>
  Effect.runPromise(
    Effect.flatMap(emitter, (run) => Effect.promise(() => measured(run))).pipe(
      Effect.tap(() => Effect.sync(() => checkLines(path))),
      Effect.provide(Layer.provide(FileTelemetry.layer(path), NodeFileSystem.layer))
    )
  )

const checkLines = (path: string): void => {
  const lines = readFileSync(path, "utf8").split("\n").filter((line) => line.startsWith("{\"kind\":\"span\"")).length
  if (lines === 0 || lines % records !== 0) {
    throw new Error(`${lines} records are in the file`)
  }
}

/** The same without a sink: the stalls that the machine and creating records cause. */
const longestStallAlone = (): Promise<Reading> => {
  let last: SpanData | undefined
  return longestStall(() =>
    inTurns((index) => {
      last = span(index)
    }).then(() => {
      if (last?.sequence !== records - 1) {
        throw new Error("no records were made")
      }
    })
  )
}

const withPino = (path: string) => {
  const destination = pino.destination({ dest: path, sync: false, minLength: 4096 })
  const log = pino(destination)
  return perSecond(async () => {
    await inTurns((index) => log.info(plain(index)))
    await new Promise<void>((resolve, reject) =>
      destination.flush((error) => error === undefined || error === null ? resolve() : reject(error))
    )
  })
}

const stringify = () => {
  let length = 0
  return perSecond(() => {
    for (let index = 0; index < records; index++) {
      length += JSON.stringify(plain(index)).length
    }
    return length
  })
}

export const cases: Question["cases"] = {
  ours: () => inFolder((path) => ours(path, perSecond)),
  pino: () => inFolder(withPino),
  stringify,
  stall: () => inFolder((path) => ours(path, longestStall)),
  stallAlone: longestStallAlone
}
