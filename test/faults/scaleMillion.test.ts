/**
 * Many spans with every sink that holds records: memory is bounded, and lost records are counted.
 *
 * Each row is a child process, whose memory is measured after garbage collections. The limit is the promised 64 MB; the table shows the actual value.
 */
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect } from "vitest"
import { hanging, noReceiver, receiver } from "../otel/receiver.js"
import type { MillionOptions, MillionResult } from "./programs-sinks/million.js"
import { programs, type Start } from "./programs-sinks/startProgram.js"
import { type FaultRow, faultRow } from "./row.js"

const start = programs()
const folder = mkdtempSync(join(tmpdir(), "loom-million-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Spans before the measurement; they are counted too. */
const warmUp = 1000

/** Runs as many at a time as there are cores. */
const turns = Effect.unsafeMakeSemaphore(2)

/** What the program reports. `whileItRuns` is called with its held standard error. */
const record = (...args: Parameters<typeof recordNow>): Promise<MillionResult> =>
  Effect.runPromise(turns.withPermits(1)(Effect.promise(() => recordNow(...args))))

const recordNow = async (
  options: MillionOptions,
  starting: Start = {},
  whileItRuns: (stderr: NodeJS.ReadableStream | null) => void = () => {}
): Promise<MillionResult> => {
  const { child, ended, reported } = start("million", {
    args: [JSON.stringify(options)],
    nodeOptions: ["--expose-gc"],
    ...starting
  })
  whileItRuns(child.stderr)
  const result = JSON.parse(await reported) as MillionResult
  // A process does not end before its output was read from the pipe.
  child.stderr?.resume()
  expect((await ended).code).toBe(0)
  return result
}

const megabyte = 1024 * 1024

/** Checks that memory is within the limit and the counters add up. */
const expectBounded = (
  row: FaultRow,
  { growth, stats }: MillionResult,
  spans: number,
  names: ReadonlyArray<string> = ["written", "queued", "dropped"]
): void => {
  const parts = names.map((name): readonly [string, number] => [name, sumOf(stats[name])])
  const shown = parts.map(([name, count]) => `${name} ${count.toLocaleString("en")}`).join(" + ")
  row.note(`+${(growth / megabyte).toFixed(1)} MB; ${shown} = ${spans.toLocaleString("en")}`)
  expect(stats["accepted"]).toBe(spans)
  expect(parts.reduce((sum, [, count]) => sum + count, 0)).toBe(spans)
  expect(growth).toBeLessThan(64 * megabyte)
}

/** A counter, or the sum of counters by reason. */
const sumOf = (value: unknown): number =>
  typeof value === "object" ? Object.values(value ?? {}).map(Number).reduce((a, b) => a + b, 0) : Number(value)

const million = 1_000_000

/** Milliseconds, including the time in which a row waits for others. */
const cap = 400_000

describe.concurrent("a million spans", () => {
  faultRow("scale", "a million spans with a bounded memory sink: memory is bounded", async (row) => {
    expectBounded(row, await record({ sink: "memory", spans: million }), million + warmUp, ["held", "dropped"])
  }, cap)

  faultRow("scale", "a million spans into a file: memory is bounded", async (row) => {
    const path = join(folder, "traces.jsonl")
    expectBounded(row, await record({ sink: "file", spans: million, path }), million + warmUp)
  }, cap)

  faultRow(
    "scale",
    "a million spans with OpenTelemetry but no receiver: memory is bounded, the rest is counted",
    (row) =>
      Effect.gen(function*() {
        const OTEL_EXPORTER_OTLP_ENDPOINT = yield* noReceiver
        const env = { OTEL_EXPORTER_OTLP_ENDPOINT }
        expectBounded(
          row,
          yield* Effect.promise(() => record({ sink: "otel", spans: million }, { env })),
          million + warmUp
        )
      }).pipe(Effect.runPromise),
    180_000
  )

  faultRow(
    "scale",
    "240,000 spans with a collector that never answers: memory is bounded, the rest counted",
    (row) =>
      Effect.gen(function*() {
        const { url } = yield* receiver(hanging)
        const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url }
        expectBounded(
          row,
          yield* Effect.promise(() => record({ sink: "otel", spans: 240_000 }, { env })),
          240_000 + warmUp
        )
      }).pipe(Effect.scoped, Effect.runPromise),
    180_000
  )

  faultRow(
    "scale",
    "a million spans on a console that is not read: memory is bounded, the rest is counted",
    async (row) => {
      const result = await record({ sink: "console", spans: million }, { stderr: "held" })
      expectBounded(row, result, million + warmUp)
      expect(result.warnings).toBeGreaterThan(0)
    },
    180_000
  )

  faultRow(
    "scale",
    "a million spans on a console without a reader: memory is bounded, all are counted",
    async (row) => {
      const result = await record({ sink: "console", spans: million }, { stderr: "held" }, (stderr) => {
        ;(stderr as NodeJS.ReadableStream & { readonly destroy: () => void }).destroy()
      })
      expectBounded(row, result, million + warmUp)
      expect(result.stats["dropped"]).toMatchObject({ io: million + warmUp })
    },
    180_000
  )

  faultRow(
    "scale",
    "240,000 spans under a root that does not end, as a tree: memory is bounded, none is lost",
    async (row) => {
      const result = await record({ sink: "endless tree", spans: 240_000 })
      expectBounded(row, result, 240_000 + warmUp)
      expect(result.stats["printedEarly"]).toBe(1)
    },
    180_000
  )

  faultRow(
    "scale",
    "240,000 spans into an effectful sink that is slow: memory is bounded, the rest counted",
    async (row) => {
      const result = await record({ sink: "effect", spans: 240_000 })
      expectBounded(row, result, 240_000 + warmUp, ["written", "queued", "dropped", "failed"])
    },
    180_000
  )
})
