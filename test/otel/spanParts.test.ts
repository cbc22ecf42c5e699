/**
 * The parts of a span for OpenTelemetry: its context, ids and times.
 */
import { describe, expect, it } from "@effect/vitest"
import { createContextKey, isSpanContextValid, ROOT_CONTEXT, trace } from "@opentelemetry/api"
import { LoneSpanContext } from "../../src/otel/spans/LoneSpanContext.js"
import { hrTime } from "../../src/otel/spans/values.js"
import { randomIds } from "../../src/telemetry/tracing/ids.js"

const identity = { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1 }
const span = trace.wrapSpanContext(identity)

describe("the context of a span", () => {
  const key = createContextKey("another library")
  const lone = new LoneSpanContext(span)

  it("contains the span and nothing else", () => {
    expect(trace.getSpan(lone)).toBe(span)
    expect(trace.getSpanContext(lone)).toBe(identity)
    expect(lone.getValue(key)).toBeUndefined()
  })

  it("keeps the span when a value is added, and does not change itself", () => {
    const more = lone.setValue(key, 1)
    expect([trace.getSpan(more), more.getValue(key)]).toEqual([span, 1])
    expect(lone.getValue(key)).toBeUndefined()
  })

  it("can replace the span, and delete it", () => {
    const other = trace.wrapSpanContext({ ...identity, spanId: "c".repeat(16) })
    expect(trace.getSpan(trace.setSpan(lone, other))).toBe(other)
    expect(trace.deleteSpan(lone)).toBe(ROOT_CONTEXT)
    expect(lone.deleteValue(key)).toBe(lone)
  })
})

describe("ids", () => {
  it("are valid and unique, even across pools of random numbers", () => {
    const ids = Array.from({ length: 2000 }, () => ({
      traceId: randomIds.traceId(),
      spanId: randomIds.spanId(),
      traceFlags: 1
    }))
    expect(ids.filter((each) => !isSpanContextValid(each))).toEqual([])
    const halves = ids.flatMap(({ spanId, traceId }) => [spanId, traceId.slice(0, 16), traceId.slice(16)])
    expect(new Set(halves).size).toBe(6000)
  })
})

describe("times", () => {
  it("are exact to the nanosecond, in any order of access", () => {
    const now = BigInt("1795368159123456789")
    const times = [
      [now, [1_795_368_159, 123_456_789]],
      [now + BigInt(1), [1_795_368_159, 123_456_790]],
      [now - BigInt(123_456_789), [1_795_368_159, 0]],
      [now - BigInt(123_456_790), [1_795_368_158, 999_999_999]],
      [BigInt(0), [0, 0]],
      [now + BigInt(876_543_211), [1_795_368_160, 0]],
      [BigInt(1_500_000_000), [1, 500_000_000]]
    ] as const
    for (const [nanos, expected] of [...times, ...times.toReversed()]) {
      expect(hrTime(nanos)).toEqual(expected)
    }
  })
})
