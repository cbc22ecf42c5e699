import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { assignLanes, concurrency } from "../../src/viewer/model/lanes.js"

const interval = (start: number, end: number) => ({ start, end })

describe("spans side by side", () => {
  it("counts the most that ran at once", () => {
    expect(concurrency([])).toBe(0)
    expect(concurrency([interval(0, 10), interval(2, 4), interval(3, 8), interval(9, 12)])).toBe(3)
  })

  it("does not take one that begins where another ends for parallel", () => {
    expect(concurrency([interval(0, 5), interval(5, 9), interval(9, 9), interval(9, 12)])).toBe(1)
  })

  it("does not take times within one microsecond for parallel: files hold no finer ones", () => {
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

describe("lanes of the overview", () => {
  it("puts a child below its parent and a parallel one below that", () => {
    const spans = [
      { ...interval(0, 10), parent: -1 },
      { ...interval(1, 5), parent: 0 },
      { ...interval(2, 6), parent: 0 },
      { ...interval(7, 9), parent: 0 }
    ]
    expect([...assignLanes(spans, 26)]).toEqual([0, 1, 2, 1])
  })

  it("never lets two that overlap share a lane, as long as there are lanes", () => {
    const spans = fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 10 })), { maxLength: 30 }).map((list) =>
      list.map(([start, length]) => ({ ...interval(start, start + length), parent: -1 }))
    )
    fc.assert(fc.property(spans, (list) => {
      const lanes = assignLanes(list, 64)
      list.forEach((a, i) =>
        list.forEach((b, j) => {
          expect(i === j || lanes[i] !== lanes[j] || a.end <= b.start || b.end <= a.start).toBe(true)
        })
      )
    }))
  })

  it("stays within its lanes with fifty thousand parallel spans", () => {
    const lanes = assignLanes(Array.from({ length: 50_000 }, () => ({ ...interval(0, 10), parent: -1 })), 26)
    expect(Math.max(...new Set(lanes))).toBe(25)
  })
})
