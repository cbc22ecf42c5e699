import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { ancestors, positionOf, rowWindow, scrollToRow, unfoldedTo, visibleRows } from "../../src/viewer/model/rows.js"

const viewport = { scrollTop: 0, height: 480, rowHeight: 24, count: 50_000 }

describe("the rows that are drawn", () => {
  it("are those on the screen and a few around them", () => {
    expect(rowWindow(viewport, 5)).toEqual({ first: 0, last: 25 })
    expect(rowWindow({ ...viewport, scrollTop: 24_000 }, 5)).toEqual({ first: 995, last: 1025 })
    expect(rowWindow({ ...viewport, scrollTop: 24 * 50_000 }, 5)).toEqual({ first: 49_995, last: 50_000 })
  })

  it("are empty for an empty list, even while it is still scrolled", () => {
    expect(rowWindow({ ...viewport, count: 0, scrollTop: 900 }, 5)).toEqual({ first: 0, last: 0 })
  })

  it("always include every visible row, and never many more", () => {
    fc.assert(fc.property(fc.nat(100_000), fc.nat(2000), fc.nat(5_000), (scrollTop, height, count) => {
      const { first, last } = rowWindow({ scrollTop, height, rowHeight: 24, count }, 4)
      expect(last - first).toBeLessThanOrEqual(Math.ceil(height / 24) + 10)
      for (let row = Math.floor(scrollTop / 24); row * 24 < scrollTop + height && row < count; row++) {
        expect(row >= first && row < last).toBe(true)
      }
    }))
  })

  it("scroll no further than needed to show a whole row", () => {
    expect(scrollToRow({ ...viewport, scrollTop: 240 }, 3)).toBe(72)
    expect(scrollToRow({ ...viewport, scrollTop: 240 }, 12)).toBe(240)
    expect(scrollToRow({ ...viewport, scrollTop: 0 }, 20)).toBe(24)
  })
})

// 0 ( 1 ( 2 3 ) 4 ( 5 ) )
const rows = [
  { parent: -1, size: 6 },
  { parent: 0, size: 3 },
  { parent: 1, size: 1 },
  { parent: 1, size: 1 },
  { parent: 0, size: 2 },
  { parent: 4, size: 1 }
]

describe("folding", () => {
  it("hides the spans below a folded span and nothing else", () => {
    expect([...visibleRows(rows, new Set())]).toEqual([0, 1, 2, 3, 4, 5])
    expect([...visibleRows(rows, new Set([1]))]).toEqual([0, 1, 4, 5])
    expect([...visibleRows(rows, new Set([0, 1]))]).toEqual([0])
  })

  it("unfolds the ancestors of a span and nothing else", () => {
    expect([...unfoldedTo(rows, new Set([0, 1, 4]), 3)]).toEqual([4])
    const folded = new Set([4])
    expect(unfoldedTo(rows, folded, 2)).toBe(folded)
  })

  it("lists ancestors, nearest first", () => {
    expect(ancestors(rows, 5)).toEqual([4, 0])
  })

  it("finds a row among the visible ones", () => {
    const visible = visibleRows(rows, new Set([1]))
    expect([0, 1, 2, 4, 5].map((index) => positionOf(visible, index))).toEqual([0, 1, -1, 2, 3])
  })
})
