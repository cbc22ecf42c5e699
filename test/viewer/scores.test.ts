import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parseQuery, withScore } from "../../src/viewer/model/query.js"
import { isLow, scoreCharts, scoreLines, scoreValue } from "../../src/viewer/model/scores.js"
import { matchesTrace, matchingSpans } from "../../src/viewer/model/TraceView.js"
import { bookOf } from "./book.js"
import { fileOf, lineOf, type SampleScore, scoreLine, smallFile } from "./samples.js"

const traceOf = (...scores: ReadonlyArray<SampleScore>) =>
  bookOf(`${smallFile()}\n${fileOf(scores.map(scoreLine))}`).traces.at(-1)!

const judged = traceOf(
  { name: "correctness", value: 0.4, span: 3, explanation: "compared with the Expected answer" },
  { name: "correctness", value: 0.9, span: 4 },
  { name: "helpful", label: "yes", source: "human" },
  { name: "lost", value: 1, span: 99 }
)

/** Traces with one score each. */
const tracesOf = (scores: ReadonlyArray<SampleScore>) =>
  bookOf(fileOf(scores.flatMap((score, at) => [
    lineOf({ id: 1, trace: at + 1, name: "loom.run", start: at, end: at + 1 }),
    scoreLine({ ...score, trace: at + 1 })
  ]))).traces

describe("the scores of a trace", () => {
  it("are those of its spans, of the whole trace and of missing spans", () => {
    expect(judged.scores.map(({ name }) => name).sort()).toEqual(["correctness", "correctness", "helpful", "lost"])
    expect(
      judged.spans.filter(({ scores }) => scores.length > 0).map((
        { index, scores }
      ) => [index, ...scores.map(scoreValue)])
    )
      .toEqual([[0, "yes"], [2, "0.4"], [3, "0.9"]])
  })

  it("do not extend the trace, however late they are given", () => {
    expect(judged.totalMs).toBe(82)
  })

  it("have a line per name that links to the low one, or else to the first", () => {
    expect(scoreLines(judged)).toEqual([
      { name: "correctness", text: "0.65 ×2", isLow: true, span: 2 },
      { name: "helpful", text: "yes", isLow: false, span: 0 },
      { name: "lost", text: "1", isLow: false, span: -1 }
    ])
  })

  it.each<readonly [SampleScore, boolean]>([
    [{ name: "a", value: 0.49 }, true],
    [{ name: "a", value: 0.5 }, false],
    [{ name: "a", value: -3 }, true],
    [{ name: "a", value: 40 }, false],
    [{ name: "a", label: "Failed", value: 1 }, true],
    [{ name: "a", label: "fail" }, true],
    [{ name: "a", label: "failsafe" }, false],
    [{ name: "feedback.thumbs", value: 0, label: "down" }, true],
    [{ name: "feedback.stars", value: 2 }, true],
    [{ name: "feedback.stars", value: 3 }, false]
  ])("%j is low: %s", (score, expected) => {
    expect(traceOf(score).scores.map(isLow)).toEqual([expected])
  })
})

describe("a search for scores", () => {
  it.each([
    ["score:correctness<0.8", [2]],
    ["score:correctness", [2, 3]],
    ["score:helpful=yes", [0]],
    ["score:correctness<0.8 score:helpful=yes", [0, 2]],
    ["expected", [2]],
    ["score:helpful=yes is:interrupted", [6]],
    ["score:lost", []]
  ])("%s finds the trace and these spans", (text, spans) => {
    const query = parseQuery(text)
    expect(matchesTrace(query, judged)).toBe(true)
    expect(matchingSpans(query, judged)).toEqual(spans)
  })

  it.each(["score:correctness<0.4", "score:helpful=no", "score:correctness<0.8 score:helpful=no", "score:none"])(
    "%s finds nothing",
    (text) => {
      expect(matchesTrace(parseQuery(text), judged)).toBe(false)
    }
  )
})

describe("the distribution of scores", () => {
  it("has a bar per value if there are few, then a bar per label", () => {
    const traces = tracesOf([
      { name: "feedback.thumbs", value: 1 },
      { name: "feedback.thumbs", value: 0 },
      { name: "feedback.thumbs", value: 1 },
      { name: "feedback.thumbs", label: "fail" }
    ])
    const [{ bars, row } = { bars: [], row: undefined }] = scoreCharts(traces)
    expect(row).toMatchObject({ count: 4, min: 0, max: 1 })
    expect(bars.map(({ condition, count, label, low }) => [label, count, low, condition])).toEqual([
      ["0", 1, 1, "feedback.thumbs=0"],
      ["1", 2, 0, "feedback.thumbs=1"],
      ["fail", 1, 1, "feedback.thumbs=fail"]
    ])
  })

  it("has ten bars from 0 to 1 for many values between them", () => {
    const traces = tracesOf(Array.from({ length: 50 }, (_, at) => ({ name: "c", value: at / 100 })))
    const { bars } = scoreCharts(traces)[0]!
    expect(bars.map(({ count }) => count)).toEqual([10, 10, 10, 10, 10, 0, 0, 0, 0, 0])
    expect(bars.map(({ label }) => label)).toEqual(["0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9"])
    expect(bars[9]!.condition).toBe(undefined)
  })

  it("counts every score in one bar, whose search finds the same number, whatever the values and names are", () => {
    const value = fc.double({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(
        fc.array(fc.oneof(value, fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 1, maxLength: 40 }),
        fc.string({ minLength: 1, maxLength: 6 }),
        (values, name) => {
          const traces = tracesOf(values.map((value) => ({ name, value })))
          const { bars } = scoreCharts(traces)[0]!
          expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(values.length)
          for (const { condition, count } of bars) {
            const query = condition === undefined ? undefined : parseQuery(withScore("", condition))
            expect(query === undefined ? count : traces.filter((trace) => matchesTrace(query, trace)).length).toBe(
              count
            )
          }
        }
      ),
      { numRuns: 60 }
    )
  })

  it("has a chart for each of the most frequent names, and one without bars for the others", () => {
    const charts = scoreCharts(tracesOf(Array.from({ length: 30 }, (_, at) => ({ name: `n${at}`, value: 1 }))))
    expect(charts.length).toBe(13)
    expect(charts[0]!.row).toMatchObject({ other: true, count: 18 })
    expect(charts[0]!.bars).toEqual([])
  })
})
