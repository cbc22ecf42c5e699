/**
 * Compares our JSON writer with `JSON.stringify`.
 */
import { describe, expect, it } from "@effect/vitest"
import fc from "fast-check"
import { defaultLimits } from "../../src/records/attributes.js"
import { attributesJson, textJson } from "../../src/records/wire/json.js"
import { AttributeBag } from "../../src/telemetry/tracing/attributeBag.js"
import { buildObject, hostileAttributes, hostileText } from "../properties/hostile.js"

describe("a string as JSON", () => {
  it("is what JSON.stringify writes, whatever it contains", () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, fc.string({ unit: "binary" })), (text) => {
        expect(textJson(text)).toBe(JSON.stringify(text))
      }),
      { numRuns: 2000 }
    )
  })

  it("is what JSON.stringify writes for every single character", () => {
    const wrong = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code))
      .filter((character) => textJson(character) !== JSON.stringify(character))

    expect(wrong).toEqual([])
  })
})

describe("attributes as JSON", () => {
  it("are what JSON.stringify writes, also if several objects are written in a row", () => {
    fc.assert(
      fc.property(fc.array(hostileAttributes, { maxLength: 4 }), (recipes) => {
        for (const recipe of recipes) {
          const bag = new AttributeBag(defaultLimits)
          bag.setAll(buildObject(recipe))
          const attributes = bag.finish()

          expect(attributesJson(attributes)).toBe(JSON.stringify(attributes))
        }
      }),
      { numRuns: 500 }
    )
  })

  it("are in the same order as in JSON.stringify, even if keys are numbers", () => {
    expect(attributesJson({ b: "x", 10: 1, a: true, 2: [1, { c: "\n" }] }))
      .toBe(`{"2":[1,{"c":"\\n"}],"10":1,"b":"x","a":true}`)
  })

  it("have the current value of a key, not an earlier one", () => {
    const lines = ["a", "b", "b", "", "a".repeat(100), "b"].map((user) => attributesJson({ user }))

    expect(lines.map((line) => (JSON.parse(line) as { user: string }).user)).toEqual([
      "a",
      "b",
      "b",
      "",
      "a".repeat(100),
      "b"
    ])
  })

  it("are correct even if there are more keys than are memoized", () => {
    for (let index = 0; index < 2000; index++) {
      const attributes = { [`key_${index}`]: "x", [`number_${index}`]: index }
      expect(attributesJson(attributes)).toBe(JSON.stringify(attributes))
    }
  })

  it("do not include inherited properties", () => {
    Object.defineProperty(Object.prototype, "inherited", { value: 1, enumerable: true, configurable: true })
    const written = attributesJson({ own: 2 })
    Reflect.deleteProperty(Object.prototype, "inherited")

    expect(written).toBe(`{"own":2}`)
  })
})
