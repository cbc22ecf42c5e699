import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parseQuery, withField, withState } from "../../src/viewer/model/query.js"
import { formatRoute, parseRoute } from "../../src/viewer/model/route.js"

describe("the search text", () => {
  it("consists of words, fields and states", () => {
    const query = parseQuery("Timeout user:alice model:\"gpt 5\" is:failed \"two words\"")
    expect(query.words).toEqual(["timeout", "two words"])
    expect([...query.fields]).toEqual([["user", "alice"], ["model", "gpt 5"]])
    expect([...query.states]).toEqual(["failed"])
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
  it("is parsed as it was written", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("traces" as const, "summary" as const),
        fc.string(),
        fc.string(),
        fc.string(),
        (view, trace, span, query) => {
          expect(parseRoute(formatRoute({ view, trace, span, query }))).toEqual({ view, trace, span, query })
        }
      )
    )
  })

  it("is empty if nothing is selected", () => {
    expect(formatRoute({ view: "traces", trace: "", span: "", query: "" })).toBe("")
    expect(parseRoute("#nonsense")).toEqual({ view: "traces", trace: "", span: "", query: "" })
  })
})
