/**
 * Spans around async iterables.
 */
import { Readable } from "node:stream"
import { describe, expect, it } from "vitest"
import { inMemory, pause } from "./recorded.js"

describe("withSpanStream", () => {
  it("is open until the iteration ends; the source is inside, its consumer is not", async () => {
    const { spans, telemetry, trees } = await inMemory()
    const source = async function*() {
      for (const part of ["a", "b"]) {
        await telemetry.withSpan(`make-${part}`, () => pause())
        yield part
      }
      telemetry.annotate({ parts: 2 })
    }
    const seen: Array<string> = []
    await telemetry.withSpan("root", async () => {
      for await (const part of telemetry.withSpanStream("stream", { kind: "text" }, source)) {
        seen.push(part)
        await telemetry.withSpan(`use-${part}`, () => pause())
      }
    })
    expect(seen).toEqual(["a", "b"])
    expect(await trees()).toEqual(["root(stream(make-a make-b) use-a use-b)"])
    expect((await spans()).find(({ name }) => name === "stream")).toMatchObject({
      outcome: "success",
      attributes: { kind: "text", parts: 2 }
    })
  })

  it("accepts an iterable, a function that returns one, and one that returns it later", async () => {
    const { spans, telemetry } = await inMemory()
    const later = async () => {
      await pause()
      return Readable.from(["x", "y"])
    }
    const read = async (stream: AsyncIterable<unknown>) => {
      const all: Array<unknown> = []
      for await (const each of stream) {
        all.push(each)
      }
      return all
    }
    expect(await read(telemetry.withSpanStream("stream", Readable.from([1, 2])))).toEqual([1, 2])
    expect(await read(telemetry.withSpanStream("stream", later))).toEqual(["x", "y"])
    expect((await spans()).map(({ outcome }) => outcome)).toEqual(["success", "success"])
  })

  it("is interrupted if its consumer leaves, after the source has cleaned up", async () => {
    const { spans, telemetry } = await inMemory()
    const source = async function*() {
      try {
        yield 1
        yield 2
      } finally {
        await pause()
        telemetry.annotate({ cleaned: true })
      }
    }
    for await (const _ of telemetry.withSpanStream("stream", source)) {
      break
    }
    expect(await spans()).toEqual([expect.objectContaining({ outcome: "interrupted", attributes: { cleaned: true } })])
  })

  const error = new Error("broken")

  it.each<[string, () => any]>([
    ["a step", async function*() {
      yield 1
      throw error
    }],
    ["making the source", () => Promise.reject(error)],
    ["cleaning up", async function*() {
      try {
        yield 1
      } finally {
        throw error
      }
    }]
  ])("passes on the same error of %s, and records it", async (_, source) => {
    const { spans, telemetry } = await inMemory()
    const read = async () => {
      for await (const _ of telemetry.withSpanStream("stream", source)) {
        if (source.name !== "source") {
          continue
        }
      }
    }
    expect(await read().then(() => undefined, (reason) => reason)).toBe(error)
    expect(await spans()).toEqual([expect.objectContaining({ outcome: "failure", exception: "Error: broken" })])
  })

  it("is a child of the span that it was created in, wherever it is read", async () => {
    const { telemetry, trees } = await inMemory()
    const stream = telemetry.withSpan("made", () => telemetry.withSpanStream("stream", Readable.from([1])))
    await telemetry.withSpan("read", async () => {
      for await (const _ of stream) {
        await pause()
      }
    })
    expect((await trees()).toSorted()).toEqual(["made(stream)", "read"])
  })

  it("opens no span if no one reads it", async () => {
    const { spans, telemetry } = await inMemory()
    await telemetry.withSpanStream("stream", Readable.from([1])).return()
    expect(await spans()).toEqual([])
  })
})
