/**
 * Traces read one by one equal those of the whole forest, in the same order, however their records are mixed.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { entriesOf, TraceTree } from "loom-telemetry/readers"
import { gzipSync } from "node:zlib"
import { orderedTracesOf } from "../../src/cli/input/ordered.js"
import { Output } from "../../src/cli/output/Output.js"
import { TraceIds } from "../../src/readers/selection/TraceIds.js"
import { TraceIndex } from "../../src/readers/selection/TraceIndex.js"
import { decodeFacts, type Facts } from "../../src/records/wire/facts.js"
import { span } from "../readers/lines.js"
import { mixedLine } from "./mixedLines.js"
import { folder } from "./samples.js"

const read = (files: ReadonlyArray<string>, prefix?: string, newestFirst?: boolean) =>
  orderedTracesOf(files, prefix, newestFirst).pipe(
    Effect.map(({ masked, traces }) => ({ traces: [...traces], masked })),
    Effect.scoped,
    Effect.updateService(Output, (output) => ({ ...output, log: () => Effect.void })),
    Effect.provide(Output.layer({ color: "never", width: undefined, progress: false })),
    Effect.runPromise
  )

describe("the traces of files, read one by one", { timeout: 60_000 }, () => {
  it("equal those of the whole forest, in the same order", async () => {
    const files = folder()
    try {
      await FastCheck.assert(
        FastCheck.asyncProperty(
          FastCheck.array(mixedLine, { minLength: 1, maxLength: 40 }),
          FastCheck.array(mixedLine, { maxLength: 10 }),
          FastCheck.boolean(),
          async (one, two, isPacked) => {
            // A record at the start, so that no file is rejected.
            const texts = [one, two].map((each) => `${[span({ id: 9, trace: 1 }), ...each].join("\n")}\n`)
            const paths = texts.map((text, at) => files.write(`${at}.jsonl`, isPacked ? gzipSync(text) : text))
            const forest = TraceTree.fromEntries(texts.flatMap((text) => [...entriesOf(text)]))
            const { masked, traces } = await read(paths)
            const withoutOffsets = (all: typeof traces) => all.map((each) => [each.traceId, each])
            expect(withoutOffsets(traces)).toEqual(withoutOffsets([...forest.traces]))
            expect(masked).toBe(0)
            expect((await read(paths, undefined, true)).traces.map(({ traceId }) => traceId)).toEqual(
              forest.traces.map(({ traceId }) => traceId).toReversed()
            )
          }
        ),
        { numRuns: 60 }
      )
    } finally {
      files.remove()
    }
  })
})

describe("TraceIndex", () => {
  it("stores consecutive lines of a trace as one range, and only traces with the prefix", () => {
    const index = new TraceIndex("00")
    const texts = [1, 1, 2, 1].map((trace, at) => span({ id: at + 1, trace, start: 10 - trace }))
    let offset = 0
    for (const [at, text] of texts.entries()) {
      index.line(offset, at + 1)
      index.add(decodeFacts(text, at + 1) as Facts)
      offset += text.length + 1
    }
    index.end(offset)
    const length = texts[0]!.length + 1
    expect([...index.ordered()]).toEqual([1, 0])
    expect([...index.ranges(0)]).toEqual([
      { offset: 0, length: 2 * length, line: 1 },
      { offset: 3 * length, length, line: 4 }
    ])
    const other = new TraceIndex("ff")
    other.line(0, 1)
    other.add(decodeFacts(texts[0]!, 1) as Facts)
    expect(other.size).toBe(0)
  })
})

describe("TraceIds", () => {
  it("distinguishes ids of any form, and finds each again", () => {
    const ids = new TraceIds()
    const texts = Array.from(
      { length: 5000 },
      (_, at) => at % 2 === 0 ? at.toString(16).padStart(32, "0") : `trace ${at}`
    )
    expect(texts.map((text) => ids.add(text))).toEqual(texts.map((_, at) => at))
    expect(texts.map((text) => ids.find(text))).toEqual(texts.map((_, at) => at))
    expect(ids.add(texts[7]!)).toBe(7)
    expect(ids.find("none")).toBeUndefined()
  })
})
