import { describe, expect, it } from "vitest"
import { durationBuckets, markOf, placeOn, scaleOf, timeBuckets, valueAt } from "../../src/viewer/model/charts.js"
import { bookOf } from "./book.js"
import { manyFile } from "./many.js"
import { fileOf, lineOf } from "./samples.js"

const run = (
  trace: number,
  start: number,
  length: number,
  costUsd: number,
  outcome: "success" | "failure" = "success"
) =>
  lineOf({
    id: 1,
    trace,
    name: "loom.run",
    start,
    end: start + length,
    outcome,
    attributes: { agent: "a", cost_usd: costUsd }
  })

const traces = bookOf(fileOf([
  run(1, 0, 120, 0.01),
  run(2, 1000, 199, 0.02, "failure"),
  run(3, 2000, 200, 0.03),
  run(4, 10_000, 4000, 0.5)
])).traces

describe("the charts of the summary", () => {
  it("count traces by duration, in steps of 1, 2 and 5", () => {
    expect(
      durationBuckets(traces).map(({ count, failed, from, to }) => [Math.round(from), Math.round(to), count, failed])
    )
      .toEqual([[100, 200, 2, 1], [200, 500, 1, 0], [500, 1000, 0, 0], [1000, 2000, 0, 0], [2000, 5000, 1, 0]])
  })

  it("sum costs over time, each trace once", () => {
    const buckets = timeBuckets(traces, 10)
    expect(buckets.map(({ costUsd }) => costUsd)).toEqual([0.01, 0.02, 0.03, 0, 0, 0, 0, 0, 0, 0.5])
    expect(buckets[0]!.from).toBe(traces.at(-1)!.startedAt)
    expect(buckets.at(-1)!.to).toBe(traces[0]!.startedAt)
  })

  it("count every trace, whatever its values", () => {
    const many = bookOf(manyFile(200)).traces
    for (const some of [many, many.slice(0, 1), []]) {
      const sum = (counts: ReadonlyArray<{ readonly count: number }>) =>
        counts.reduce((total, { count }) => total + count, 0)
      expect(sum(durationBuckets(some))).toBe(some.length)
      expect(sum(timeBuckets(some, 40))).toBe(some.length)
    }
    const instant = bookOf(fileOf([run(1, 0, 0, 0)])).traces
    expect(durationBuckets(instant).map(({ count }) => count)).toEqual([1])
  })

  it("mark a failed trace, and a successful one with a failed tool", () => {
    const marks = bookOf(manyFile(11)).traces.map(markOf).reverse()
    expect(marks).toEqual([
      "good",
      "good",
      "inside",
      "failed",
      "good",
      "good",
      "good",
      "good",
      "good",
      "inside",
      "good"
    ])
  })

  it("map a value to a place, and the place back to the value", () => {
    for (const scale of [scaleOf([0, 0.003, 0.5, 12], true), scaleOf([1000, 5000], false)]) {
      for (const place of [0, 0.25, 0.5, 1]) {
        expect(placeOn(scale, valueAt(scale, place))).toBeCloseTo(place, 9)
      }
    }
    expect(placeOn(scaleOf([0, 0.003, 12], true), 0)).toBe(0)
    expect(placeOn(scaleOf([], true), 0)).toBe(0)
    expect(Number.isFinite(placeOn(scaleOf([7], false), 7))).toBe(true)
  })
})
