/**
 * The text of one record: durations, and lines that fit.
 */
import { describe, expect, it } from "@effect/vitest"
import { type LineStyle, openLine, type ShownSpan, spanLine } from "../../src/records/lines.js"

const unlimited: LineStyle = { color: false, width: Infinity }

const span = (over: Partial<ShownSpan> = {}): ShownSpan => ({
  name: "loom.tool",
  durationMs: 1.8345,
  attributes: { tool: "search", ok: true, score: 0.5 },
  outcome: "success",
  exception: null,
  ...over
})

const shownDuration = (durationMs: number): string => spanLine(span({ durationMs, attributes: {} }), 0, unlimited)

describe("a duration", () => {
  it("has one decimal, rounded as toFixed does", () => {
    const close = Array.from({ length: 4000 }, (_, index) => index / 40)
    const odd = [
      0,
      0.05,
      0.15,
      0.25,
      0.35,
      1e-7,
      0.0499999,
      0.0500001,
      999.95,
      99_999_999.95,
      100_000_000.05,
      1e15,
      1e22
    ]
    for (const value of [...close, ...odd]) {
      expect(shownDuration(value)).toBe(`• loom.tool (${value.toFixed(1)}ms)\n`)
    }
  })
})

describe("a line that fits", () => {
  const long = "• loom.tool (1.8ms) tool=search, ok=true, score=0.5 [ERROR: no]\n"
  const failed = span({ outcome: "failure", exception: "no" })

  it("is whole to its last column, and cut one column earlier", () => {
    expect(spanLine(failed, 0, { color: false, width: long.length - 1 })).toBe(long)
    expect(spanLine(failed, 0, { color: false, width: long.length - 2 })).toContain("…")
  })

  it("is as it would be without a width, with colours and without", () => {
    for (const color of [false, true]) {
      const [bounded, free] = [200, Infinity].map((width) => spanLine(failed, 3, { color, width }))
      expect(bounded).toBe(free)
    }
  })

  it("counts wide characters as two columns", () => {
    const wide = openLine({ name: "loom.tool", attributes: { query: "你好你好" } }, 0, { color: false, width: 28 })
    const fits = openLine({ name: "loom.tool", attributes: { query: "你好你好" } }, 0, { color: false, width: 26 })

    expect(wide).toBe("▸ loom.tool query=你好你好\n")
    expect(fits).toBe("▸ loom.tool query=你好你好\n")
    expect(openLine({ name: "loom.tool", attributes: { query: "你好你好" } }, 0, { color: false, width: 25 }))
      .toContain("…")
  })
})
