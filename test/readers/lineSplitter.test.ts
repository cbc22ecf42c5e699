import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import { type Line, LineSplitter, type LineSplitterOptions } from "loom-telemetry/readers"

/** The lines that the splitter returns for these pieces. */
const split = (pieces: ReadonlyArray<Uint8Array>, options?: LineSplitterOptions): ReadonlyArray<Line> => {
  const lines: Array<Line> = []
  const splitter = new LineSplitter(options)
  for (const piece of pieces) {
    const copy = piece.slice()
    splitter.push(copy, (line) => lines.push(line))
    // A reader may reuse its buffer.
    copy.fill(120)
  }
  splitter.end((line) => lines.push(line))
  return lines
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const texts = (lines: ReadonlyArray<Line>): ReadonlyArray<string> => lines.map(({ text }) => text)

const cutAt = (whole: Uint8Array, places: ReadonlyArray<number>): ReadonlyArray<Uint8Array> => {
  const at = [0, ...places.map((place) => place % (whole.length + 1)).sort((a, b) => a - b), whole.length]
  return at.slice(1).map((end, index) => whole.subarray(at[index], end))
}

const someLine = fc.oneof(
  fc.constantFrom("", "{}", "{\"a\":\"é\"}", "{\"a\":\"𝒳\"}", "\u0000", " ", "\t{}\r", "\ufeff{}"),
  fc.string({ unit: "binary", maxLength: 12 }).map((text) => text.replaceAll("\n", ""))
)

describe("splitting bytes into lines", () => {
  it("gives the same lines however the bytes are chunked", () => {
    fc.assert(
      fc.property(fc.array(someLine), fc.boolean(), fc.array(fc.nat(), { maxLength: 8 }), (lines, ended, cuts) => {
        const whole = bytes(lines.join("\n") + (ended ? "\n" : ""))
        expect(split(cutAt(whole, cuts))).toEqual(split([whole]))
        expect(split([...whole].map((byte) => Uint8Array.of(byte)))).toEqual(split([whole]))
      })
    )
  })

  it("knows the offset of each line, whatever characters come before", () => {
    fc.assert(fc.property(fc.array(someLine), (lines) => {
      const whole = bytes(lines.map((line) => `${line}\n`).join(""))
      for (const { line, offset, text } of split([whole])) {
        const end = whole.indexOf(10, offset)
        const there = new TextDecoder("utf-8", { ignoreBOM: true }).decode(whole.subarray(offset, end))
        expect(there.replace(/^\ufeff/, "").trim()).toBe(text)
        expect(line).toBe(whole.subarray(0, offset).filter((byte) => byte === 10).length + 1)
      }
    }))
  })

  it("skips empty lines and counts them", () => {
    expect(split([bytes("{1}\n\n  \r\n{2}\n")]).map(({ line, text }) => [line, text])).toEqual([[1, "{1}"], [4, "{2}"]])
  })

  it("removes byte order marks and carriage returns", () => {
    expect(texts(split([bytes("\ufeff{1}\r\n{2}\r\n")]))).toEqual(["{1}", "{2}"])
  })

  it("marks a last line without a newline as torn", () => {
    expect(split([bytes("{1}\n{2")]).map(({ text, torn }) => [text, torn])).toEqual([["{1}", false], ["{2", true]])
  })

  it("returns no lines for no bytes", () => {
    expect(split([])).toEqual([])
    expect(split([bytes(""), bytes("")])).toEqual([])
  })

  it("keeps only the start of an overlong line, and continues with the next", () => {
    const long = "x".repeat(1000)
    const whole = bytes(`{1}\n${long}\n{3}\n`)
    for (const pieces of [[whole], cutAt(whole, [50, 300, 600]), [...whole].map((byte) => Uint8Array.of(byte))]) {
      const lines = split(pieces, { maxLineBytes: 500 })
      expect(lines.map(({ line, offset, overlong }) => [line, offset, overlong])).toEqual([
        [1, 0, 0],
        [2, 4, 1000],
        [3, 1005, 0]
      ])
      expect(lines[1]!.text).toBe(long.slice(0, 200))
    }
  })

  it("reports where to resume, and resumes there", () => {
    const whole = bytes("{\"é\":1}\n{2}\n{3")
    const splitter = new LineSplitter()
    splitter.push(whole, () => undefined)
    expect([splitter.position, splitter.lineNumber]).toEqual([13, 3])
    const rest = whole.subarray(splitter.position)
    expect(split([rest], { offset: splitter.position, line: splitter.lineNumber })).toEqual([
      { text: "{3", line: 3, offset: 13, torn: true, overlong: 0 }
    ])
  })
})
