/**
 * Lines of a few traces in any order, with everything that readers must handle: orphans, duplicates, open spans, OTLP requests and lines without a
 * record.
 */
import * as FastCheck from "effect/FastCheck"
import { dropped, metric, score, span, spanStart } from "../readers/lines.js"

const id = FastCheck.integer({ min: 1, max: 6 })
const trace = FastCheck.integer({ min: 1, max: 5 })

/** The start time of a span, the same in its start and its end record. */
const startOf = (id: number, trace: number): number => (id * 7 + trace * 3) % 20

const otlp = (traces: ReadonlyArray<number>): string =>
  JSON.stringify({
    resourceSpans: [{
      scopeSpans: [{
        spans: traces.map((trace, at) => ({
          traceId: trace.toString(16).padStart(32, "0"),
          spanId: (at + 1).toString(16).padStart(16, "f"),
          name: "other",
          startTimeUnixNano: `17698608000${trace}0000000`,
          endTimeUnixNano: `17698608000${trace}0000001`
        }))
      }]
    }]
  })

const line = FastCheck.oneof(
  FastCheck.record({
    id,
    parent: FastCheck.option(id),
    trace,
    ms: FastCheck.integer({ min: 0, max: 9 }),
    name: FastCheck.constantFrom("loom.run", "loom.model.stream", "loom.tool", "work"),
    outcome: FastCheck.constantFrom("success", "failure"),
    attributes: FastCheck.record(
      {
        tool: FastCheck.constantFrom("a", "b", ""),
        model: FastCheck.constantFrom("m", ""),
        user_id: FastCheck.constantFrom<string | number>("u", "", 7),
        agent: FastCheck.constantFrom("planner", ""),
        ok: FastCheck.boolean(),
        tokens_in: id,
        cost_usd: id
      },
      { requiredKeys: [] }
    )
  }).map((parts) => span({ ...parts, start: startOf(parts.id, parts.trace) })),
  FastCheck.record({ id, parent: FastCheck.option(id), trace })
    .map((parts) => spanStart({ ...parts, start: startOf(parts.id, parts.trace) })),
  FastCheck.record({ trace: FastCheck.integer({ min: 1, max: 7 }), id, value: id })
    .map((parts) => metric({ name: "loom.tokens.input", ...parts })),
  FastCheck.record({ trace: FastCheck.integer({ min: 1, max: 9 }), at: FastCheck.integer({ min: 0, max: 9 }) })
    .map((parts) => score({ name: "good", value: 1, ...parts })),
  FastCheck.constantFrom("not a record", "", dropped(2))
)

/** One line. */
export const mixedLine: FastCheck.Arbitrary<string> = FastCheck.oneof(
  { weight: 9, arbitrary: line },
  { weight: 1, arbitrary: FastCheck.array(trace, { minLength: 1 }).map(otlp) }
)

/** Tokens that were measured outside any trace. */
const outside = JSON.stringify({
  kind: "metric",
  name: "loom.tokens.input",
  value: 9,
  attributes: {},
  emitted_at: "2026-01-31T12:00:00.000000Z"
})

/** A file with this many lines and a torn one, always the same for the same seed. */
export const mixedFile = (lines: number, seed: number): string =>
  [...FastCheck.sample(mixedLine, { numRuns: lines, seed }), outside, "{\"kind\":\"sp"].join("\n")
