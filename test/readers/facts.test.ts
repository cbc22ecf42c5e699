import { describe, expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import { decodeFacts } from "loom-telemetry/readers"
import { comparable, factsOf, type SpanFacts } from "../../src/records/wire/facts.js"
import { type DecodedLine, decodeLine } from "../../src/records/wire/line.js"
import { RecordDecodeError } from "../../src/records/wire/RecordDecodeError.js"
import { asPython, dropped, metric, span, spanStart } from "./lines.js"

const good = [
  span({ id: 1, attributes: { a: 1, b: [1, { c: "x" }] } }),
  span({ id: 2, parent: 1, outcome: "failure", exception: "Error: x" }),
  span({ id: 3, events: [{ name: "e", time: "2026-01-31T12:00:00Z", attributes: {} }] }),
  span({ id: 4, links: [{ trace_id: "a", span_id: "b", attributes: {} }] }),
  spanStart({ id: 5 }),
  metric({ name: "m", value: 1, id: 1 }),
  metric({ name: "m_ms", value: 0.5 }),
  dropped(3)
]

const lines = [...good, ...good.map(asPython)]

/** A value that a field may be given, most of them wrong. */
const values = fc.constantFrom<unknown>(
  undefined,
  null,
  "",
  "x",
  0,
  -1,
  1e305,
  true,
  [],
  [1],
  {},
  { __proto__: null, "toString": 1 },
  "2026-01-31T12:00:00.000000Z",
  "2026-02-28T23:59:59.999999Z",
  "2026-02-29T12:00:00.000000Z",
  "2024-02-29T12:00:00.000000Z",
  "2026-02-31T12:00:00Z",
  "2026-01-31T24:00:00.000000Z",
  "2026-01-31T12:00:60.000000Z",
  "2026-01-31T12:00:00.12345aZ",
  "2026-01-31T12:00:00.000000+02:00",
  "2026-01-31T12:00:00",
  "success",
  "interrupted",
  "span",
  "metric"
)

const fields = [
  "kind",
  "name",
  "trace_id",
  "span_id",
  "parent_span_id",
  "started_at",
  "ended_at",
  "duration_ms",
  "attributes",
  "outcome",
  "exception",
  "events",
  "links",
  "value",
  "instrument_kind",
  "emitted_at",
  "count",
  "at"
]

const mutated = fc.tuple(
  fc.constantFrom(...lines),
  fc.array(fc.tuple(fc.constantFrom(...fields), values), { maxLength: 3 })
)
  .map(([line, changes]) => {
    const parsed = JSON.parse(line)
    for (const [field, value] of changes) {
      parsed[field] = value
    }
    return JSON.stringify(parsed)
  })

const cut = fc.tuple(fc.constantFrom(...lines), fc.nat()).map(([line, at]) => line.slice(0, at % line.length))

describe("the part of a line that summaries read", () => {
  it("is a record if and only if the line decodes to one, and the same record", () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: mutated }, cut, fc.string(), fc.json()), (line) => {
        const facts = decodeFacts(line, 7)
        const whole = decodeLine(line, 7)
        if (whole instanceof RecordDecodeError) {
          expect(facts).toEqual(whole)
        } else {
          const { attributes, startedAt: _1, endedAt, emittedAt: _3, ...same } = factsOf(whole) as any
          expect(facts).toMatchObject(same)
          if (endedAt !== undefined) {
            expect(comparable((facts as any).endedAt)).toBe(endedAt)
          }
          expect(Object.keys((facts as any).attributes ?? {})).toEqual(
            expect.arrayContaining(Object.keys(attributes ?? {}))
          )
        }
      }),
      { numRuns: 5000 }
    )
  })

  it("ends when the whole record ends, even if the times and the duration disagree", () => {
    const time = fc.integer({ min: 0, max: 3_000_000 }).map((micros) =>
      new Date(Date.UTC(2026, 0, 31, 23, 59, 58) + Math.floor(micros / 1000)).toISOString().replace(
        "Z",
        `${String(micros % 1000).padStart(3, "0")}Z`
      )
    )
    const duration = fc.oneof(fc.integer({ min: 0, max: 3_000_000 }), fc.double({ min: 0, max: 3e6, noNaN: true }))
    fc.assert(
      fc.property(time, time, duration, fc.boolean(), (started_at, ended_at, micros, isPython) => {
        const written = { ...JSON.parse(lines[0]!), started_at, ended_at, duration_ms: micros / 1000 }
        const line = isPython ? asPython(JSON.stringify(written)) : JSON.stringify(written)
        const whole = factsOf(decodeLine(line, 1) as DecodedLine)
        const facts = decodeFacts(line, 1)
        expect(comparable((facts as SpanFacts).endedAt)).toBe((whole as SpanFacts).endedAt)
      }),
      { numRuns: 2000 }
    )
  })
})
