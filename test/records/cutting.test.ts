/**
 * Values beyond the limits are cut, and marked as such.
 */
import { describe, expect, it } from "@effect/vitest"
import { type AttributeLimits, defaultLimits, normalizeValue } from "../../src/records/attributes.js"

const within = (limits: Partial<AttributeLimits>) => (value: unknown) =>
  normalizeValue(value, { ...defaultLimits, ...limits })

describe("a value beyond the limits", () => {
  it("keeps 8 KiB of a string of ten megabytes, and counts the missing characters", () => {
    const safe = within({})("x".repeat(10_000_000)) as string
    expect(safe).toBe(`${"x".repeat(8192)}…[+9991808 chars]`)
  })

  it("keeps a string whole if it has exactly the maximum length", () => {
    expect(within({})("x".repeat(8192))).toBe("x".repeat(8192))
  })

  it("cuts a string between code points, never inside one", () => {
    expect(within({ valueLength: 4 })("abc😀def")).toBe("abc…[+5 chars]")
    expect(within({ valueLength: 5 })("abc😀def")).toBe("abc😀…[+3 chars]")
    expect(within({ valueLength: 3 })("ab\ud83dcd")).toBe("ab…[+3 chars]")
  })

  it("keeps the marker of a string that was already cut", () => {
    expect(within({ valueLength: 3 })("abc…[+97 chars]")).toBe("abc…[+97 chars]")
    expect(within({ valueLength: 3 })("abcd…[+97 chars]")).toBe("abc…[+13 chars]")
  })

  it("cuts a bigint and an error like a string", () => {
    expect(within({ valueLength: 3 })(123456n)).toBe("123…[+3 chars]")
    expect(within({ valueLength: 8 })(new Error("message"))).toBe("Error: m…[+6 chars]")
  })

  it("counts all strings in a value together, including keys", () => {
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

  it("keeps the key of a long value", () => {
    expect(within({ valueLength: 10 })({ prompt: "x".repeat(20) })).toStrictEqual({ prompt: "xxxx…[+16 chars]" })
  })

  it("stops at the maximum depth", () => {
    expect(within({ depth: 2 })({ a: { b: { c: 1 } } })).toStrictEqual({ a: { b: "<max depth>" } })
    expect(within({ depth: 2 })([[1, [2]]])).toStrictEqual([[1, "<max depth>"]])
    expect(within({ depth: 0 })([1])).toBe("<max depth>")
  })

  it("may have ten thousand levels", () => {
    let deep: unknown = "bottom"
    for (let level = 0; level < 10_000; level++) {
      deep = { deep }
    }
    expect(JSON.stringify(within({})(deep))).toBe(
      `${"{\"deep\":".repeat(8)}"<max depth>"${"}".repeat(8)}`
    )
  })

  it("stops at the maximum number of items and keys, and counts the missing ones", () => {
    expect(within({ items: 2 })([1, 2, 3, 4, 5])).toStrictEqual([1, 2, "…[+3 items]"])
    expect(within({ items: 2 })(new Set([1, 2, 3]))).toStrictEqual([1, 2, "…[+1 items]"])
    expect(within({ items: 2 })({ a: 1, b: 2, c: 3 })).toStrictEqual({ a: 1, b: 2, "…": "…[+1 keys]" })
    expect(within({ items: 2 })(new Map([["a", 1], ["b", 2], ["c", 3], ["d", 4]]))).toStrictEqual({
      a: 1,
      b: 2,
      "…": "…[+2 keys]"
    })
  })

  it("counts items over the whole value, not per level", () => {
    expect(within({ items: 4 })([[1, 2], [3, 4], 5])).toStrictEqual([[1, 2], ["…[+2 items]"], "…[+1 items]"])
  })

  it("cuts an array that claims to be endless", () => {
    const endless = new Proxy([], { get: (_, key) => key === "length" ? Infinity : 1 })
    expect(within({ items: 3 })(endless)).toStrictEqual([1, 1, 1, "…[+Infinity items]"])
  })
})
