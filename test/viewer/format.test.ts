import { describe, expect, it } from "vitest"
import {
  formatCount,
  formatDuration,
  formatTokens,
  formatUsd,
  formatUsdExactly,
  manyLines,
  oneLine
} from "../../src/viewer/model/format.js"

describe("formatting of numbers", () => {
  it.each([
    [0, "0"],
    [0.00034, "0"],
    [0.34, "340µs"],
    [0.9996, "1ms"],
    [1.8, "1.8ms"],
    [12.345, "12.3ms"],
    [999.4, "999ms"],
    [999.6, "1s"],
    [2314, "2.31s"],
    [59_994, "60s"],
    [64_000, "1m 04s"],
    [7_380_000, "2h 03m"],
    [200_000_000, "2d 07h"]
  ])("writes %d milliseconds as %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  it.each([
    [0, ""],
    [12.3456, "$12.35"],
    [1234.5, "$1,234.50"],
    [0.1234, "$0.1234"],
    [0.002565, "$0.0026"],
    [0.001, "$0.0010"],
    [0.000255, "$0.00026"],
    [0.0000031, "$0.0000031"]
  ])("writes %d dollars as %s", (value, text) => {
    expect(formatUsd(value)).toBe(text)
  })

  it("writes exact dollars as recorded", () => {
    expect(formatUsdExactly(0.002565)).toBe("$0.002565")
    expect(formatUsdExactly(1)).toBe("$1.00")
  })

  it("shortens token counts in columns, and leaves zero empty", () => {
    expect([0, 950, 9_999, 12_345, 4_100_000].map(formatTokens)).toEqual(["", "950", "9,999", "12.3k", "4.1M"])
    expect(formatCount(1_234_567)).toBe("1,234,567")
  })
})

describe("untrusted text on the page", () => {
  it("shows control and bidirectional characters as escapes", () => {
    expect(oneLine("a\u0000b\u202ec\nd")).toBe("a\\0b\\u202ec\\nd")
  })

  it("keeps the newlines of text that may have several lines", () => {
    expect(manyLines("one\r\ntwo\u0007")).toBe("one\\r\ntwo\\u0007")
  })
})
