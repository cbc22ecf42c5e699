import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { FileTelemetry, Loom, RunContext, Telemetry } from "loom-telemetry"
import { gunzipped, type TraceEntry, TraceFile } from "loom-telemetry/readers"
import { gzipSync } from "node:zlib"
import { asPython, file, metric, span } from "./lines.js"

/** All entries of these bytes, read in pieces of this size. */
const entriesOf = (bytes: Uint8Array, size = 65_536): Promise<ReadonlyArray<TraceEntry>> => {
  const pieces = Array.from(
    { length: Math.ceil(bytes.length / size) },
    (_, index) => bytes.subarray(index * size, (index + 1) * size)
  )
  return Effect.runPromise(
    TraceFile.entries(Stream.fromIterable(pieces)).pipe(Stream.runCollect, Effect.map(Chunk.toReadonlyArray))
  )
}

/** What an entry is, in short. */
const brief = (entry: TraceEntry): string =>
  entry.kind === "bad"
    ? `${entry.line} ${entry.torn ? "torn" : "bad"}`
    : `${entry.line} ${entry.record.kind}`

const spans = file(span({ id: 1 }), span({ id: 2, parent: 1 }), metric({ name: "m", value: 1, id: 2 }))

describe("reading a trace file", () => {
  it.effect("gives what the file sink wrote", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = `${yield* fs.makeTempDirectoryScoped()}/traces.jsonl`
      yield* Loom.tokensInput(3, { model: "m" }).pipe(
        Loom.run({ agent: "a", architecture: "agent" }),
        RunContext.with({ userId: "alice" }),
        Telemetry.withSpan("request"),
        Effect.provide(FileTelemetry.layer(path))
      )
      const records = Chunk.toReadonlyArray(yield* Stream.runCollect(TraceFile.records(fs.stream(path))))
      expect(records.map((record) => record.kind)).toEqual(["metric", "span", "span"])
      const { traces } = yield* TraceFile.tree(fs.stream(path))
      expect(traces[0]!.roots[0]).toMatchObject({ name: "request", children: [{ name: "loom.run" }] })
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer)))

  it("reads files of the Python original", async () => {
    const lines = [span({ id: 1, attributes: { a: 1 } }), span({ id: 2, exception: "ValueError: no" })].map(asPython)
    expect(lines[0]).toContain(
      "\"started_at\": \"2026-01-31T12:00:00+00:00\", \"ended_at\": \"2026-01-31T12:00:00.001000+00:00\""
    )
    expect(lines[0]).not.toContain("outcome")
    const entries = await entriesOf(file(...lines))
    expect(entries.map((entry) => entry.kind === "record" && entry.record.kind === "span" && entry.record.span.outcome))
      .toEqual(["success", "failure"])
  })

  it("returns no entries for an empty file", async () => {
    expect(await entriesOf(new Uint8Array(0))).toEqual([])
    expect(await entriesOf(Uint8Array.of(10))).toEqual([])
  })

  it("reports lines without a record with number and offset, and continues", async () => {
    const bytes = file(span({ id: 1 }), "", "\u0000\u0000\u0000", "{\"kind\":\"other\"}", "[1]", span({ id: 2 }))
    const entries = await entriesOf(bytes, 7)
    expect(entries.map(brief)).toEqual(["1 span", "3 bad", "4 bad", "5 bad", "6 span"])
    for (const { line, offset } of entries) {
      expect(bytes.subarray(0, offset).filter((byte) => byte === 10).length).toBe(line - 1)
    }
  })

  it("reads a last line without a newline, and marks it as torn if it is not a record", async () => {
    const whole = file(span({ id: 1 }), span({ id: 2 }))
    expect((await entriesOf(whole.subarray(0, whole.length - 1))).map(brief)).toEqual(["1 span", "2 span"])
    expect((await entriesOf(whole.subarray(0, whole.length - 2))).map(brief)).toEqual(["1 span", "2 torn"])
  })

  it.effect("fails with the error of a bad line on request", () =>
    Effect.gen(function*() {
      const source = Stream.make(file(span({ id: 1 }), "no", span({ id: 2 })))
      const skipped = yield* Stream.runCount(TraceFile.records(source))
      const failure = yield* Effect.flip(Stream.runDrain(TraceFile.records(source, { onBadLine: "fail" })))
      expect(skipped).toBe(2)
      expect(failure).toMatchObject({ _tag: "RecordDecodeError", line: 2 })
    }))

  it.effect("passes on the error of the byte source", () =>
    Effect.gen(function*() {
      const source = Stream.concat(Stream.make(spans), Stream.fail("unplugged" as const))
      expect(yield* Effect.flip(TraceFile.summary(source))).toBe("unplugged")
    }))
})

describe("reading a compressed file", () => {
  const many = file(...Array.from({ length: 3000 }, (_, index) => span({ id: index + 1, attributes: { index } })))

  it("reads its content, however the bytes are chunked", async () => {
    const plain = await entriesOf(many)
    expect(await entriesOf(gzipSync(many))).toEqual(plain)
    expect(await entriesOf(gzipSync(spans), 1)).toEqual(await entriesOf(spans))
    expect(plain.length).toBe(3000)
  })

  it("continues with the next member", async () => {
    const both = Buffer.concat([gzipSync(spans), gzipSync(file(span({ id: 9 })))])
    expect((await entriesOf(both)).map(brief)).toEqual(["1 span", "2 span", "3 metric", "4 span"])
  })

  it.each([
    ["text", Buffer.from("garbage"), 7],
    ["a newline", Buffer.from("\n"), 1],
    ["a line", Buffer.from(file(span({ id: 9 }))), file(span({ id: 9 })).length],
    ["half of a member's first bytes", Buffer.from([0x1f]), 1],
    ["zeros, then text", Buffer.concat([Buffer.alloc(600), Buffer.from("x")]), 1],
    ["text, then a member", Buffer.concat([Buffer.from("xy"), gzipSync("")]), 2 + gzipSync("").length]
  ])(
    "reads everything before data that follows the last member, then reports the data: %s",
    async (_, after, bytes) => {
      const what = `${bytes === 1 ? "1 byte follows" : `${bytes} bytes follow`} the compressed data`
      for (const size of [1, 7, 65_536]) {
        const entries = await entriesOf(Buffer.concat([gzipSync(spans), gzipSync(spans), after]), size)
        expect(entries.slice(0, -1).map(brief)).toEqual(
          [1, 2, 3, 4, 5, 6].map((line) => `${line} ${line % 3 === 0 ? "metric" : "span"}`)
        )
        const last = entries.at(-1)!
        expect(last.kind === "bad" && last.error.problem).toBe(what)
        expect(last).toMatchObject({ kind: "bad", torn: false, line: 7 })
        expect("broken" in last).toBe(false)
      }
    }
  )

  it("skips zero padding after the last member", async () => {
    expect(await entriesOf(Buffer.concat([gzipSync(spans), Buffer.alloc(4096)]))).toEqual(await entriesOf(spans))
  })

  it("reads members with every optional part of a header", async () => {
    const plain = gzipSync(spans)
    const header = Buffer.concat([
      Buffer.from([0x1f, 0x8b, 8, 2 + 4 + 8 + 16, 0, 0, 0, 0, 0, 3]),
      Buffer.from([3, 0, 1, 2, 3]),
      Buffer.from("name\0comment\0"),
      Buffer.from([0, 0])
    ])
    const packed = Buffer.concat([header, plain.subarray(10)])
    for (const size of [1, 5, 65_536]) {
      expect(await entriesOf(Buffer.concat([packed, packed]), size)).toEqual(
        await entriesOf(Buffer.concat([spans, spans]))
      )
    }
  })

  it.each([
    ["checksum", -8],
    ["length", -1]
  ])("reports a wrong %s after everything else was read", async (_, at) => {
    const packed = gzipSync(many)
    packed[packed.length + at]! ^= 1
    const entries = await entriesOf(packed)
    expect(entries.slice(0, -1)).toEqual(await entriesOf(many))
    expect(entries.at(-1)).toMatchObject({ kind: "bad", broken: true })
  })

  it("reports a second member that is truncated at any byte, and keeps the first", async () => {
    const [first, second] = [gzipSync(spans), gzipSync(file(span({ id: 9 })))]
    for (let cut = 3; cut < second.length; cut++) {
      const entries = await entriesOf(Buffer.concat([first, second.subarray(0, cut)]))
      expect(entries.slice(0, 3).map(brief)).toEqual(["1 span", "2 span", "3 metric"])
      expect(entries.at(-1)).toMatchObject({ kind: "bad", broken: true })
    }
  })

  it("reads everything before a truncation, then reports it", async () => {
    const packed = gzipSync(many)
    const plain = await entriesOf(many)
    const counts: Array<number> = []
    for (const part of [0.02, 0.3, 0.5, 0.9, 0.999]) {
      const entries = await entriesOf(packed.subarray(0, Math.floor(packed.length * part)))
      const records = entries.filter((entry) => entry.kind === "record")
      expect(records).toEqual(plain.slice(0, records.length))
      const last = entries.at(-1)!
      expect(last.kind === "bad" && last.error.message).toContain("the compressed data is truncated or corrupt here")
      counts.push(records.length)
    }
    expect(counts).toEqual([...counts].sort((a, b) => a - b))
    expect(counts[3]).toBeGreaterThan(2500)
  })

  it("reports a truncation if only the checksum is missing", async () => {
    const packed = gzipSync(many)
    const entries = await entriesOf(packed.subarray(0, packed.length - 4))
    expect(entries.filter((entry) => entry.kind === "record").length).toBe(3000)
    expect(entries.filter((entry) => entry.kind === "bad").length).toBe(1)
  })

  it("reports damage if a byte was changed", async () => {
    const packed = gzipSync(many)
    packed[Math.floor(packed.length / 2)]! ^= 0xff
    const entries = await entriesOf(packed)
    expect(entries.filter((entry) => entry.kind === "bad").length).toBeGreaterThan(0)
    expect(entries.filter((entry) => entry.kind === "record").length).toBeGreaterThan(100)
  })

  it("reads a file of one byte", async () => {
    expect((await entriesOf(Uint8Array.of(0x1f))).map(brief)).toEqual(["1 torn"])
  })

  it("decompresses without Effect too, and throws after everything that could be read", async () => {
    const packed = gzipSync(many)
    let read = 0
    const reading = async (bytes: Uint8Array) => {
      read = 0
      for await (
        const chunk of gunzipped((async function*() {
          yield bytes
        })())
      ) {
        read += chunk.length
      }
    }
    await reading(packed)
    expect(read).toBe(many.length)
    await expect(reading(packed.subarray(0, packed.length / 2))).rejects.toMatchObject({ _tag: "GzipError" })
    expect(read).toBeGreaterThan(many.length / 4)
  })
})
