/**
 * Formatting and parsing times with microseconds.
 */
import { describe, expect, it } from "@effect/vitest"
import fc from "fast-check"
import { dateFromNanos, elapsedMs, isoFromNanos, nanosFromDate, nanosFromIso } from "../../src/records/instants.js"

describe("a time on the wire", () => {
  it("has microseconds, rounded down", () => {
    expect(isoFromNanos(0n)).toBe("1970-01-01T00:00:00.000000Z")
    expect(isoFromNanos(1769860800000123999n)).toBe("2026-01-31T12:00:00.000123Z")
    expect(isoFromNanos(1769860800999999999n)).toBe("2026-01-31T12:00:00.999999Z")
  })

  it("may be before 1970", () => {
    expect(isoFromNanos(-1n)).toBe("1969-12-31T23:59:59.999999Z")
    expect(isoFromNanos(-1_500_000n)).toBe("1969-12-31T23:59:59.998500Z")
    expect(dateFromNanos(-1n)).toStrictEqual(new Date(-1))
  })

  it("is parsed to the same microsecond", () => {
    // Every time that a Date can hold, with microseconds.
    fc.assert(fc.property(fc.bigInt({ min: -(864n * 10n ** 16n), max: 864n * 10n ** 16n - 1n }), (micros) => {
      expect(nanosFromIso(isoFromNanos(micros * 1000n))).toBe(micros * 1000n)
    }))
  })

  it("may have any offset, and up to nine decimals", () => {
    const noon = 1769860800000000000n
    expect(nanosFromIso("2026-01-31T12:00:00Z")).toBe(noon)
    expect(nanosFromIso("2026-01-31T12:00:00+00:00")).toBe(noon)
    expect(nanosFromIso("2026-01-31T13:30:00.5+01:30")).toBe(noon + 500_000_000n)
    expect(nanosFromIso("2026-01-31T12:00:00.123456+00:00")).toBe(noon + 123_456_000n)
    expect(nanosFromIso("2026-01-31T12:00:00.123456789Z")).toBe(noon + 123_456_789n)
  })

  it("is parsed the same whether or not it is the first in its second", () => {
    const noon = 1769860800000000000n
    for (let time = 0; time < 2; time++) {
      expect(nanosFromIso("2026-01-31T12:00:00.000001Z")).toBe(noon + 1000n)
      expect(nanosFromIso("2026-01-31T12:00:00.999999Z")).toBe(noon + 999_999_000n)
      expect(nanosFromIso("2026-01-31T12:00:01.999999Z")).toBe(noon + 1_999_999_000n)
      expect(nanosFromIso("1969-12-31T23:59:59.000001Z")).toBe(-999_999_000n)
      for (const end of ["12345xZ", "123456z", "12345 Z", "1234567", "-12345Z", "1234:6Z"]) {
        expect(nanosFromIso(`1969-12-31T23:59:59.${end}`)).toBeUndefined()
      }
      expect(nanosFromIso("1969-12-31T23:59:59.1+01:00")).toBe(-3_600_900_000_000n)
    }
  })

  it("is invalid in any other form", () => {
    for (
      const bad of [
        "",
        "now",
        "2026-01-31",
        "2026-01-31T12:00:00",
        "2026-01-31 12:00:00Z",
        "2026-13-31T12:00:00Z",
        "2026-01-31T25:00:00Z",
        "2026-01-31T12:00:00.Z",
        "2026-01-31T12:00:00Z\n"
      ]
    ) {
      expect(nanosFromIso(bad)).toBeUndefined()
    }
  })
})

describe("an elapsed time", () => {
  it("is in milliseconds, with fractions down to the nanosecond", () => {
    expect(elapsedMs(1n, 150_000_001n)).toBe(150)
    expect(elapsedMs(0n, 1n)).toBe(0.000001)
  })

  it("is never negative", () => {
    expect(elapsedMs(10n, 9n)).toBe(0)
  })
})

describe("nanoseconds from a date", () => {
  it("are exact", () => {
    expect(nanosFromDate(new Date(1769860800123))).toBe(1769860800123000000n)
  })
})
