/**
 * Truncated parameters are distinguished from malformed ones.
 */
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { isCutJson } from "../../src/agent/model/cutJson.js"

describe("a JSON text", () => {
  it("counts as truncated wherever an object stops before its end", () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (value, at) => {
      const json = JSON.stringify(value)
      const beginning = json.slice(0, 1 + at % (json.length - 1))
      expect([beginning, isCutJson(beginning)]).toEqual([beginning, true])
    }))
  })

  it.each(["{}", "{\"a\": 1}", "", " ", "a = 2", "{\"a\": oops", "{\"a\" 1", "[1 2", "{'a': 1", "{\"a\": 1}}"])(
    "is complete or malformed: %s",
    (text) => {
      expect(isCutJson(text)).toBe(false)
    }
  )
})
