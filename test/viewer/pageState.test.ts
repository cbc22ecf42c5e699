import { describe, expect, it } from "vitest"
import { entriesOf } from "../../src/readers/TraceEntry.js"
import {
  allFolds,
  initialState,
  type PageState,
  routeOf,
  stepFrom,
  withFold,
  withFolds,
  withOnly,
  withQuery,
  withRange,
  withRoute,
  withSelected,
  withTrace,
  withTraces
} from "../../src/viewer/model/pageState.js"
import { parseQuery } from "../../src/viewer/model/query.js"
import { matchesTrace, matchingSpans, nextOf } from "../../src/viewer/model/TraceView.js"
import { bookOf } from "./book.js"
import { fileOf, lineOf, smallFile, spanId, traceId } from "./samples.js"

const book = bookOf(smallFile())
const [coder, editor] = book.traces

const opened = (): PageState => withTrace(withTraces(initialState, book.traces), editor)

describe("a search", () => {
  const found = (text: string) => withQuery(withTraces(initialState, book.traces), text).found.map(({ title }) => title)

  it("finds traces by words in names, attributes, events and exceptions", () => {
    expect(found("no answer")).toEqual(["editor"])
    expect(found("first bytes=12")).toEqual(["editor"])
    expect(found("tool=COMPILE")).toEqual(["coder"])
    expect(found("deep\":\"value")).toEqual(["editor"])
    expect(found("nowhere")).toEqual([])
  })

  it("finds traces by user, session, agent, model and tool", () => {
    expect(found("user:bob")).toEqual(["coder"])
    expect(found("session:desk-1")).toEqual(["editor"])
    expect(found("agent:writer")).toEqual(["editor"])
    expect(found("model:m-1 tool:search")).toEqual(["editor"])
    expect(found("user:bob tool:search")).toEqual([])
  })

  it("finds traces by the state of their spans", () => {
    expect(found("is:open")).toEqual(["coder"])
    expect(found("is:failed")).toEqual(["editor"])
    expect(found("is:interrupted is:open")).toEqual(["coder", "editor"])
  })

  it("marks the spans that have all words in one of the states", () => {
    expect(matchingSpans(parseQuery("is:failed"), editor!)).toEqual([3])
    expect(matchingSpans(parseQuery("loom.turn"), editor!)).toEqual([1, 6])
    expect(matchingSpans(parseQuery("user:alice"), editor!)).toEqual([])
    expect(matchesTrace(parseQuery("loom.turn compile"), editor!)).toBe(false)
  })

  it("cycles from one match to the next", () => {
    expect(nextOf([1, 6], -1, false)).toBe(1)
    expect(nextOf([1, 6], 1, false)).toBe(6)
    expect(nextOf([1, 6], 6, false)).toBe(1)
    expect(nextOf([1, 6], 1, true)).toBe(6)
    expect(nextOf([], 1, true)).toBe(undefined)
  })
})

describe("selecting and folding", () => {
  it("moves over the visible rows, and stops at the ends", () => {
    const state = withFold(opened(), 4, true)
    expect(stepFrom(state, 1)).toBe(0)
    expect(stepFrom(withSelected(state, 3), 1)).toBe(4)
    expect(stepFrom(withSelected(state, 4), 1)).toBe(4)
    expect(stepFrom(withSelected(state, 4), -Infinity)).toBe(0)
  })

  it("unfolds the ancestors of a selected span", () => {
    const state = withSelected(withFolds(opened(), allFolds(editor!)), 6)
    expect(state.selected).toBe(6)
    expect([...state.visible]).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  it("hides spans that the search does not find, and keeps the ancestors of those it finds", () => {
    const searched = withOnly(withSelected(withQuery(opened(), "is:interrupted"), 2), true)
    expect([...searched.visible]).toEqual([0, 1, 4, 5, 6])
    expect(searched.selected).toBe(1)
    expect([...withFold(searched, 4, true).visible]).toEqual([0, 1, 4])
    expect([...withQuery(searched, "").visible].length).toBe(7)
    expect([...withOnly(searched, false).visible].length).toBe(7)
  })

  it("shows everything again if a link points to a hidden span", () => {
    const linked = withSelected(withOnly(withQuery(opened(), "is:interrupted"), true), 3)
    expect([linked.only, linked.selected, linked.visible.length]).toEqual([false, 3, 7])
  })

  it("selects the parent of a span that is folded away", () => {
    expect(withFold(withSelected(opened(), 6), 4, true).selected).toBe(4)
  })

  it("moves the time range to a selected span outside it", () => {
    const zoomed = withRange(opened(), { from: 0, to: 5 })
    expect(zoomed.zoomed).toBe(true)
    expect(withSelected(zoomed, 3).range.from).toBeGreaterThan(40)
    expect(withSelected(zoomed, 0).range).toEqual({ from: 0, to: 5 })
  })

  it("does not fold a span without children, or fold twice", () => {
    const state = opened()
    expect(withFold(state, 3, true)).toBe(state)
    const folded = withFold(state, 1, true)
    expect(withFold(folded, 1, true)).toBe(folded)
  })
})

describe("an address", () => {
  it("opens its trace and span, and is reproduced from the state", () => {
    const route = {
      view: "traces" as const,
      trace: traceId(),
      tab: "timeline" as const,
      span: spanId(4),
      query: "is:failed",
      only: true
    }
    const state = withRoute(withTraces(initialState, book.traces), route)
    expect([state.trace, state.selected]).toEqual([editor, 3])
    expect(routeOf(state)).toEqual(route)
  })

  it("selects nothing if its trace and span are missing", () => {
    const state = withRoute(withTraces(initialState, book.traces), {
      view: "traces",
      trace: "x",
      tab: "timeline",
      span: "y",
      query: "",
      only: false
    })
    expect([state.trace, state.selected]).toEqual([undefined, -1])
  })
})

describe("a trace that receives more spans", () => {
  const late = lineOf({ id: 20, parent: 1, name: "early", start: 0.5, end: 0.6 })
  const grown = bookOf(smallFile())
  entriesOf(fileOf([late])).forEach((entry) => grown.add(entry))

  it("keeps selection and folds at their new positions", () => {
    const before = withSelected(withFold(opened(), 5, true), 4)
    const state = withTraces(before, grown.traces)
    expect(state.trace!.spans[1]!.name).toBe("early")
    expect([...state.folded]).toEqual([6])
    expect(state.selected).toBe(5)
    expect(state.visible.length).toBe(7)
  })

  it("keeps a chosen time range, and otherwise shows the whole trace", () => {
    const more = bookOf(
      `${smallFile().split("\n").slice(0, -2).join("\n")}\n${
        lineOf({ id: 21, parent: 1, name: "late", start: 90, end: 100 })
      }\n`
    )
    expect(withTraces(opened(), more.traces).range).toEqual({ from: 0, to: 100 })
    const zoomed = withRange(opened(), { from: 10, to: 20 })
    expect(withTraces(zoomed, more.traces).range).toEqual({ from: 10, to: 20 })
  })

  it("stays the same if another trace grows", () => {
    const state = withTrace(withTraces(initialState, book.traces), coder)
    expect(withTraces(state, book.traces).visible).toBe(state.visible)
  })
})
