/**
 * A summary made with the help of other threads equals that of one thread: parts have each line once, and condensed records count like the records
 * themselves.
 */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { appendFileSync, closeSync, openSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Worker } from "node:worker_threads"
import { eachLineIn } from "../../src/cli/parallel/linesIn.js"
import { takeFacts } from "../../src/readers/lineFacts.js"
import { LineSplitter } from "../../src/readers/LineSplitter.js"
import { condense, type CondensedLines } from "../../src/readers/summary/condense.js"
import { SummaryCounter } from "../../src/readers/summary/SummaryCounter.js"
import { span } from "../readers/lines.js"
import { bundled } from "./bundle.js"
import { loom } from "./command.js"
import { writeLarge } from "./largeFile.js"
import { mixedFile, mixedLine } from "./mixedLines.js"
import { folder, type Samples } from "./samples.js"

let files: Samples
beforeAll(() => {
  files = folder()
})
afterAll(() => files.remove())

/** Opens a file with this text. */
const opened = <A>(text: string, use: (fd: number) => A): A => {
  const fd = openSync(files.write("text", text), "r")
  try {
    return use(fd)
  } finally {
    closeSync(fd)
  }
}

/** Divides a text of this many bytes into parts. */
const partsOf = (bytes: number, size: number) =>
  Array.from({ length: Math.ceil(bytes / size) }, (_, part) => ({
    from: part * size,
    to: (part + 1) * size < bytes ? (part + 1) * size : Infinity
  }))

const linesOf = (text: string) => {
  const lines: Array<readonly [string, boolean]> = []
  const splitter = new LineSplitter()
  splitter.push(new TextEncoder().encode(text), (line) => lines.push([line.text, line.torn]))
  splitter.end((line) => lines.push([line.text, line.torn]))
  return lines
}

describe("the parts of a file", { timeout: 60_000 }, () => {
  it("contain each of its lines once, whatever their size", () => {
    const text = FastCheck.array(FastCheck.constantFrom("a", "é", "long line ", "\r", "\n", "\n"), { maxLength: 40 })
    FastCheck.assert(
      FastCheck.property(text, FastCheck.integer({ min: 1, max: 20 }), (letters, size) => {
        const whole = letters.join("")
        const found: Array<readonly [string, boolean]> = []
        opened(whole, (fd) => {
          for (const part of partsOf(Buffer.byteLength(whole), size)) {
            eachLineIn(fd, part, new LineSplitter(), (line) => found.push([line.text, line.torn]))
          }
        })
        expect(found).toEqual(linesOf(whole))
      }),
      { numRuns: 500 }
    )
  })

  it("may be shorter than a line, and longer than a single read", () => {
    const long = "x".repeat(700_000)
    const whole = `${long}\nshort\n${long}`
    for (const size of [100_000, 300_000, 600_000, 1_000_000]) {
      const found: Array<number> = []
      opened(whole, (fd) => {
        for (const part of partsOf(whole.length, size)) {
          eachLineIn(fd, part, new LineSplitter(), (line) => found.push(line.text.length))
        }
      })
      expect(found).toEqual([700_000, 5, 700_000])
    }
  })

  it("add up to the summary that one thread makes of the whole file", () => {
    const lines = FastCheck.array(mixedLine, { minLength: 1, maxLength: 80 })
    FastCheck.assert(
      FastCheck.property(lines, FastCheck.integer({ min: 50, max: 3000 }), (all, size) => {
        const text = `${[span({ id: 9, trace: 1 }), ...all].join("\n")}\n{"kind":"sp`
        const [alone, together] = [new SummaryCounter({}), new SummaryCounter({})]
        opened(text, (fd) => {
          eachLineIn(fd, { from: 0, to: Infinity }, new LineSplitter(), (line) => takeFacts(line, alone))
          for (const part of partsOf(Buffer.byteLength(text), size)) {
            // Threads receive a copy.
            together.addCondensed(
              structuredClone(condense((splitter, take) => eachLineIn(fd, part, splitter, take)))
            )
          }
        })
        expect(together.result()).toEqual(alone.result())
      }),
      { numRuns: 300 }
    )
  })
})

describe("stats", { timeout: 120_000 }, () => {
  it("ships with a working helper thread", async () => {
    const fd = openSync(files.write("mixed.jsonl", mixedFile(50, 7)), "r")
    const worker = new Worker(join(await bundled(), "../worker.js"))
    try {
      const next = () => new Promise<unknown>((resolve) => worker.once("message", resolve))
      expect(await next()).toBe("ready")
      const part = { from: 0, to: Infinity }
      const answer = next()
      worker.postMessage({ fd, part })
      const { numbers, ...condensed } = await answer as CondensedLines
      const { numbers: expected, ...more } = condense((splitter, take) => eachLineIn(fd, part, splitter, take))
      expect([condensed, [...numbers]]).toEqual([more, [...expected]])
    } finally {
      await worker.terminate()
      closeSync(fd)
    }
  })

  it("prints the same for a large file as for the same bytes on standard input", async () => {
    const path = files.path("large.jsonl")
    await writeLarge(path, 36)
    appendFileSync(path, `\r\n${mixedFile(200, 3)}`)
    const together = await loom(["stats", "--json", path])
    const alone = await loom(["stats", "--json"], { input: readFileSync(path) })
    expect(together.code).toBe(0)
    expect(together).toEqual(alone)
  })
})
