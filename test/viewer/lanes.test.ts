import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { concurrency, overviewRows } from "../../src/viewer/model/lanes.js"

const interval = (start: number, end: number) => ({ start, end })

describe("concurrency", () => {
  it("is the highest number of spans that ran at once", () => {
    expect(concurrency([])).toBe(0)
    expect(concurrency([interval(0, 10), interval(2, 4), interval(3, 8), interval(9, 12)])).toBe(3)
  })

  it("does not count a span that starts where another ends as parallel", () => {
    expect(concurrency([interval(0, 5), interval(5, 9), interval(9, 9), interval(9, 12)])).toBe(1)
  })

  it("ignores overlaps shorter than a microsecond, which files cannot represent", () => {
    expect(concurrency([interval(0, 5.0004), interval(5, 9)])).toBe(1)
  })

  it("agrees with counting at every start, for any intervals", () => {
    const intervals = fc.array(
      fc.tuple(fc.nat(50), fc.nat(20)).map(([start, length]) => interval(start, start + length)),
      {
        maxLength: 40
      }
    )
    fc.assert(fc.property(intervals, (spans) => {
      const at = (time: number) => spans.filter(({ end, start }) => start < time + 0.5 && end > time + 0.5).length
      const counted = Math.max(0, ...spans.map(({ start }) => at(start)))
      const empty = spans.every(({ end, start }) => start === end)
      expect(concurrency(spans)).toBeGreaterThanOrEqual(counted)
      expect(empty || concurrency(spans.filter(({ end, start }) => end > start)) === counted).toBe(true)
    }))
  })
})

describe("overviewRows", () => {
  it("puts a child below its parent and a parallel one below that", () => {
    const spans = [
      { ...interval(0, 10), parent: -1 },
      { ...interval(1, 5), parent: 0 },
      { ...interval(2, 6), parent: 0 },
      { ...interval(7, 9), parent: 0 }
    ]
    expect([...overviewRows(spans, 26)]).toEqual([0, 1, 2, 1])
  })

  it("never puts two overlapping spans into one row while rows are left", () => {
    const spans = fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 10 })), { maxLength: 30 }).map((list) =>
      list.map(([start, length]) => ({ ...interval(start, start + length), parent: -1 }))
    )
    fc.assert(fc.property(spans, (list) => {
      const rows = overviewRows(list, 64)
      list.forEach((a, i) =>
        list.forEach((b, j) => {
          expect(i === j || rows[i] !== rows[j] || a.end <= b.start || b.end <= a.start).toBe(true)
        })
      )
    }))
  })

  it("puts every span below its parent, for any tree", () => {
    const trees = fc.array(fc.tuple(fc.nat(), fc.nat(10), fc.nat(10)), { maxLength: 30 }).map((list) => {
      const spans: Array<{ readonly start: number; readonly end: number; readonly parent: number }> = []
      for (const [any, wait, length] of list) {
        const parent = spans.length === 0 ? -1 : any % spans.length
        const start = (spans[parent]?.start ?? 0) + wait
        spans.push({ ...interval(start, start + length), parent })
      }
      return spans
    })
    fc.assert(fc.property(trees, (spans) => {
      const rows = overviewRows(spans, 64)
      spans.forEach(({ parent }, index) => expect(parent < 0 || rows[index]! > rows[parent]!).toBe(true))
    }))
  })

  it("stays within its limit with fifty thousand parallel spans", () => {
    const rows = overviewRows(Array.from({ length: 50_000 }, () => ({ ...interval(0, 10), parent: -1 })), 26)
    expect(Math.max(...new Set(rows))).toBe(25)
  })
})
