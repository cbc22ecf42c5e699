import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  moveRange,
  positionIn,
  rangeBetween,
  rangeShowing,
  ticksOf,
  wholeRange,
  zoomRange
} from "../../src/viewer/model/timeAxis.js"

describe("the time range that is shown", () => {
  it("zooms around a point that stays in place", () => {
    const zoomed = zoomRange({ from: 0, to: 100 }, 0.5, 40, 100)
    expect(zoomed).toEqual({ from: 20, to: 70 })
    expect(positionIn(zoomed, 40)).toBeCloseTo(positionIn({ from: 0, to: 100 }, 40))
  })

  it("stops at the ends of the trace", () => {
    expect(moveRange({ from: 80, to: 100 }, 0.5, 100)).toEqual({ from: 80, to: 100 })
    expect(zoomRange({ from: 10, to: 20 }, 100, 15, 100)).toEqual({ from: 0, to: 100 })
  })

  it("accepts two points in any order", () => {
    expect(rangeBetween(30, 10, 100)).toEqual({ from: 10, to: 30 })
  })

  it("moves to a span outside it, and stays for a visible one", () => {
    const range = { from: 0, to: 10 }
    expect(rangeShowing(range, 5, 8, 100)).toBe(range)
    expect(rangeShowing(range, 50, 52, 100)).toEqual({ from: 46, to: 56 })
  })

  it("has an axis for a trace without length", () => {
    expect(wholeRange(0).to).toBeGreaterThan(0)
    expect(zoomRange(wholeRange(0), 0.5, 0, 0)).toEqual(wholeRange(0))
  })

  it("stays within the trace, whatever the steps", () => {
    const step = fc.tuple(fc.constantFrom("zoom", "move"), fc.double({ min: 0.01, max: 10, noNaN: true }), fc.nat(100))
    fc.assert(fc.property(fc.array(step), fc.integer({ min: 1, max: 100_000 }), (steps, total) => {
      let range = wholeRange(total)
      for (const [what, amount, at] of steps) {
        range = what === "zoom"
          ? zoomRange(range, amount, range.from + (range.to - range.from) * at / 100, total)
          : moveRange(range, amount - 5, total)
        expect(range.from).toBeGreaterThanOrEqual(0)
        expect(range.to).toBeLessThanOrEqual(total * (1 + 1e-9))
        expect(range.to).toBeGreaterThan(range.from)
      }
    }))
  })
})

describe("the lines of the axis", () => {
  it("are at round times in a suitable unit", () => {
    expect(ticksOf({ from: 0, to: 10_000 }, 500, 90).map(({ label }) => label)).toEqual([
      "0",
      "2s",
      "4s",
      "6s",
      "8s",
      "10s"
    ])
    expect(ticksOf({ from: 0, to: 1 }, 300, 90).map(({ label }) => label)).toEqual(["0", "500µs", "1.0ms"])
  })

  it("have enough digits to differ, however far the zoom", () => {
    fc.assert(fc.property(
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.integer({ min: -2, max: 6 }),
      (from, power) => {
        const labels = ticksOf({ from, to: from + 10 ** power }, 800, 90).map(({ label }) => label)
        expect(labels.length).toBeLessThan(12)
        expect(new Set(labels).size).toBe(labels.length)
      }
    ))
  })
})
