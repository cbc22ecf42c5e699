/**
 * What is too long, too deep or too many is cut, and says so.
 */
import { describe, expect, it } from "@effect/vitest"
import { type AttributeLimits, defaultLimits, normalizeValue } from "../../src/records/attributes.js"

const within = (limits: Partial<AttributeLimits>) => (value: unknown) =>
  normalizeValue(value, { ...defaultLimits, ...limits })

describe("a value beyond the limits", () => {
  it("text of ten megabytes keeps 8 KiB and says how much is missing", () => {
    const safe = within({})("x".repeat(10_000_000)) as string
    expect(safe).toBe(`${"x".repeat(8192)}…[+9991808 chars]`)
  })

  it("text of exactly the limit is whole", () => {
    expect(within({})("x".repeat(8192))).toBe("x".repeat(8192))
  })

  it("text is cut between code points, never inside one", () => {
    expect(within({ valueLength: 4 })("abc😀def")).toBe("abc…[+5 chars]")
    expect(within({ valueLength: 5 })("abc😀def")).toBe("abc😀…[+3 chars]")
    expect(within({ valueLength: 3 })("ab\ud83dcd")).toBe("ab…[+3 chars]")
  })

  it("text that was cut before keeps its mark", () => {
    expect(within({ valueLength: 3 })("abc…[+97 chars]")).toBe("abc…[+97 chars]")
    expect(within({ valueLength: 3 })("abcd…[+97 chars]")).toBe("abc…[+13 chars]")
  })

  it("a bigint and an error are text too", () => {
    expect(within({ valueLength: 3 })(123456n)).toBe("123…[+3 chars]")
    expect(within({ valueLength: 8 })(new Error("message"))).toBe("Error: m…[+6 chars]")
  })

  it("all text of one value counts together, keys included", () => {
    expect(within({ valueLength: 10 })(["abcde", "fghij", "k", 1])).toStrictEqual([
      "abcde",
      "fghij",
      "…[+1 chars]",
      1
    ])
    expect(within({ valueLength: 10 })({ key: "value", long: "text", more: 1 })).toStrictEqual({
      key: "value",
      "lo…[+2 chars]": "…[+4 chars]",
      "…": "…[+1 keys]"
    })
  })

  it("the key of a long value is not lost for it", () => {
    expect(within({ valueLength: 10 })({ prompt: "x".repeat(20) })).toStrictEqual({ prompt: "xxxx…[+16 chars]" })
  })

  it("nesting stops at the depth", () => {
    expect(within({ depth: 2 })({ a: { b: { c: 1 } } })).toStrictEqual({ a: { b: "<max depth>" } })
    expect(within({ depth: 2 })([[1, [2]]])).toStrictEqual([[1, "<max depth>"]])
    expect(within({ depth: 0 })([1])).toBe("<max depth>")
  })

  it("ten thousand levels are no problem", () => {
    let deep: unknown = "bottom"
    for (let level = 0; level < 10_000; level++) {
      deep = { deep }
    }
    expect(JSON.stringify(within({})(deep))).toBe(
      `${"{\"deep\":".repeat(8)}"<max depth>"${"}".repeat(8)}`
    )
  })

  it("items and keys stop at their number and say how many are missing", () => {
    expect(within({ items: 2 })([1, 2, 3, 4, 5])).toStrictEqual([1, 2, "…[+3 items]"])
    expect(within({ items: 2 })(new Set([1, 2, 3]))).toStrictEqual([1, 2, "…[+1 items]"])
    expect(within({ items: 2 })({ a: 1, b: 2, c: 3 })).toStrictEqual({ a: 1, b: 2, "…": "…[+1 keys]" })
    expect(within({ items: 2 })(new Map([["a", 1], ["b", 2], ["c", 3], ["d", 4]]))).toStrictEqual({
      a: 1,
      b: 2,
      "…": "…[+2 keys]"
    })
  })

  it("items count over the whole value, not level by level", () => {
    expect(within({ items: 4 })([[1, 2], [3, 4], 5])).toStrictEqual([[1, 2], ["…[+2 items]"], "…[+1 items]"])
  })

  it("an array that claims to be endless is cut like any other", () => {
    const endless = new Proxy([], { get: (_, key) => key === "length" ? Infinity : 1 })
    expect(within({ items: 3 })(endless)).toStrictEqual([1, 1, 1, "…[+Infinity items]"])
  })
})
