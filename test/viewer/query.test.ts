import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parseQuery, withField, withMeasure, withScore, withState } from "../../src/viewer/model/query.js"
import { formatRoute, parseRoute, tabs } from "../../src/viewer/model/route.js"

describe("the search text", () => {
  it("consists of words, fields and states", () => {
    const query = parseQuery("Timeout user:alice model:\"gpt 5\" is:failed \"two words\"")
    expect(query.words).toEqual(["timeout", "two words"])
    expect([...query.fields]).toEqual([["user", "alice"], ["model", "gpt 5"]])
    expect([...query.states]).toEqual(["failed"])
  })

  it.each([
    ["duration:250ms..1.5s", "duration", 250, 1500],
    ["duration:2..", "duration", 2000, Infinity],
    ["duration:..3m", "duration", -Infinity, 180_000],
    ["cost:$0.01..0.05", "cost", 0.01, 0.05],
    ["cost:1e-7..", "cost", 1e-7, Infinity],
    [
      "start:2026-11-22T14:00:00Z..2026-11-22T15:00:00Z",
      "start",
      Date.UTC(2026, 10, 22, 14),
      Date.UTC(2026, 10, 22, 15)
    ]
  ])("limits a measure of the trace: %s", (text, measure, from, to) => {
    expect([...parseQuery(text).ranges]).toEqual([[measure, { from, to }]])
    expect(parseQuery(text).words).toEqual([])
  })

  it.each(["duration:fast", "duration:..", "duration:1s..x", "cost:1..2..3", "start:monday..", "constructor:1..2"])(
    "treats %s as a word, because it is not a valid range",
    (text) => {
      expect(parseQuery(text)).toMatchObject({ words: [text], ranges: new Map() })
    }
  )

  it.each([
    ["score:correctness", "correctness", "correctness"],
    ["score:correctness<0.8", "correctness", "correctness<0.8"],
    ["score:\"is it right>=1\"", "is it right", "is it right>=1"],
    ["score:feedback.thumbs=0", "feedback.thumbs", "feedback.thumbs=0"],
    ["score:helpful!=yes", "helpful", "helpful!=yes"],
    ["score:correctness=0.2..0.4", "correctness", "correctness=0.2..0.4"]
  ])("searches for a score: %s", (text, name) => {
    const { scores, words } = parseQuery(text)
    expect(scores.map((score) => score.name)).toEqual([name])
    expect(words).toEqual([])
  })

  it.each(["score:", "score:<0.5", "score:correctness<", "score:correctness>high"])(
    "treats %s as a word, because it is not a valid condition",
    (text) => {
      expect(parseQuery(text)).toMatchObject({ words: [text], scores: [] })
    }
  )

  it("replaces a condition on scores of the same name, and keeps those on others", () => {
    const text = withScore("a score:x<0.5 score:y=1 score:\"x=two words\"", "x=0.2..0.4")
    expect(text).toBe("a score:y=1 score:x=0.2..0.4")
  })

  it("reads back a range that a chart has written, without losing its ends", () => {
    const value = fc.double({ min: 0, max: 1e9, noNaN: true })
    fc.assert(fc.property(value, value, fc.constantFrom("duration" as const, "cost" as const), (a, b, measure) => {
      const range = { from: Math.min(a, b), to: Math.max(a, b) }
      const read = parseQuery(withMeasure("x duration:1s..2s cost:1..", measure, range)).ranges.get(measure)!
      expect(read.from).toBeLessThanOrEqual(range.from)
      expect(read.to).toBeGreaterThanOrEqual(range.to)
    }))
  })

  it("treats unknown terms as words", () => {
    expect(parseQuery("http://x is:great colour:red").words).toEqual(["http://x", "is:great", "colour:red"])
  })

  it("reads back any field value that a list has written", () => {
    fc.assert(fc.property(fc.string({ minLength: 1, unit: "grapheme" }), (value) => {
      expect(parseQuery(withField("a is:open", "session", value)).fields.get("session")).toBe(value)
    }))
  })

  it("changes one term and leaves the others as typed", () => {
    expect(withField("Foo user:alice \"a b\"", "user", "bob")).toBe("Foo \"a b\" user:bob")
    expect(withField("user:alice x", "user", undefined)).toBe("x")
    expect(withState("x is:open", "failed", true)).toBe("x is:open is:failed")
    expect(withState("x is:open is:failed", "open", false)).toBe("x is:failed")
  })
})

describe("the address of the page", () => {
  it("is parsed back to the same route", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("traces" as const, "summary" as const),
        fc.string(),
        fc.string(),
        fc.string(),
        fc.constantFrom(...tabs),
        fc.boolean(),
        (view, trace, span, query, tab, only) => {
          const route = { view, trace, tab, span, query, only }
          expect(parseRoute(formatRoute(route))).toEqual(route)
        }
      )
    )
  })

  it("is empty if nothing is selected", () => {
    expect(formatRoute({ view: "traces", trace: "", tab: "timeline", span: "", query: "", only: false })).toBe("")
    expect(parseRoute("#nonsense")).toEqual({
      view: "traces",
      trace: "",
      tab: "timeline",
      span: "",
      query: "",
      only: false
    })
  })
})
