/**
 * schema/records.json is generated, and accepts exactly the lines that the readers accept.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import fc from "fast-check"
import { FileTelemetry, Telemetry } from "loom-telemetry"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { schemaText } from "../../schema/document.js"
import { encodeDropped } from "../../src/records/wire/dropped.js"
import { decodeLine } from "../../src/records/wire/line.js"
import { RecordDecodeError } from "../../src/records/wire/RecordDecodeError.js"
import { encodeSpanStart } from "../../src/records/wire/span.js"
import { asPython, metric, score, span } from "../readers/lines.js"
import { isValid, type JsonSchema } from "./jsonSchema.js"

const shipped = readFileSync(new URL("../../schema/records.json", import.meta.url), "utf8")
const schema: JsonSchema = JSON.parse(shipped)

const isRecord = (line: string): boolean => !(decodeLine(line, 1) instanceof RecordDecodeError)

const isDescribed = (line: string): boolean => isValid(JSON.parse(line), schema)

/** What the file sink writes for a program that uses every feature. */
const written = Effect.gen(function*() {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "loom-schema-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true }))
  )
  const path = join(folder, "traces.jsonl")
  const program = Effect.gen(function*() {
    yield* Effect.log("an event")
    yield* Telemetry.emitMetric("searches", 1)
    yield* Telemetry.score("tone", { label: "kind", explanation: "says please" })
    yield* Telemetry.scoreOf({ traceId: one.trace_id }, "correctness", { value: 0.5, source: "human" })
    yield* Telemetry.emitMetric("wait_ms", 1.5, { nested: { list: [1, "two", true] } })
    const other = yield* Effect.makeSpan("other")
    yield* Effect.void.pipe(Effect.withSpan("linked", { links: [{ _tag: "SpanLink", span: other, attributes: {} }] }))
    yield* Effect.fail("no").pipe(Telemetry.withSpan("fails"), Effect.ignore)
    yield* Effect.interrupt.pipe(Telemetry.withSpan("stops"), Effect.exit)
    // The outer span is still open here.
    yield* Telemetry.flush
  }).pipe(Telemetry.withSpan("all", { "a key": "text" }), Effect.zipLeft(Telemetry.emitMetric("outside", 2)))
  const File = FileTelemetry.layer(path).pipe(Layer.provide(NodeFileSystem.layer))
  yield* Effect.provide(program, File)
  return readFileSync(path, "utf8").trimEnd().split("\n")
})

const noon = 1769860800000000000n
const one = { trace_id: "0af7651916cd43dd8448eb211c80319c", span_id: "b7ad6b7169203331" }
const event = { name: "asking", time: "2026-01-31T12:00:00Z", attributes: { a: 1 } }

const examples: ReadonlyArray<string> = [
  span({ id: 1, events: [event], links: [{ ...one, attributes: {} }] }),
  span({ id: 2, parent: 1, outcome: "failure", exception: "Error: no" }),
  metric({ name: "calls", value: 1, trace: 1, id: 1 }),
  asPython(span({ id: 1 })),
  score({ name: "correctness", value: 0.5, trace: 1, id: 1 }),
  score({ name: "tone", label: "rude", explanation: "it swears", source: "human" }),
  encodeSpanStart({
    name: "open",
    traceId: one.trace_id,
    spanId: one.span_id,
    parentSpanId: null,
    start: noon,
    sequence: 1,
    attributes: {}
  }),
  encodeDropped({ count: 2, reason: "queue-full", at: new Date(0) })
]

const value = fc.constantFrom<unknown>(
  null,
  true,
  "",
  "text",
  "span",
  "interrupted",
  "model",
  "2026-01-31T12:00:00.000001Z",
  "2026-01-31T12:00:00+05:30",
  "2026-13-31T12:00:00Z",
  "2026-01-31T12:00:00",
  "yesterday",
  0,
  -1.5,
  [],
  [1],
  [event],
  [{ ...event, time: 1 }],
  [one],
  {},
  { a: null }
)

const key = fc.constantFrom(...new Set(examples.flatMap((line) => Object.keys(JSON.parse(line)))), "future")

/** An example with some fields replaced or removed. */
const changed = fc.tuple(
  fc.constantFrom(...examples),
  fc.array(fc.tuple(key, fc.option(value, { nil: undefined })), { maxLength: 3 })
).map(([line, changes]) => JSON.stringify({ ...JSON.parse(line), ...Object.fromEntries(changes) }))

describe("the JSON schema of records", () => {
  it("matches what `npm run generate:schema` generates", () => {
    expect(shipped).toBe(schemaText)
  })

  it.scoped("accepts every line that the file sink writes", () =>
    Effect.gen(function*() {
      const lines = yield* written
      const kinds = new Set(lines.map((line) => JSON.parse(line).kind))
      expect(kinds).toEqual(new Set(["span", "metric", "score", "span_start"]))
      expect(lines.some((line) => line.includes(`"links":[`)) && lines.some((line) => line.includes(`"events":[`)))
        .toBe(true)
      expect(lines.filter((line) => !isDescribed(line))).toEqual([])
    }))

  it.each(examples)("accepts %s", (line) => {
    expect({ isDescribed: isDescribed(line), isRecord: isRecord(line) }).toEqual({ isDescribed: true, isRecord: true })
  })

  it("accepts and rejects the same lines as the readers", () => {
    let taken = 0
    let refused = 0
    fc.assert(
      fc.property(changed, (line) => {
        const isTaken = isRecord(line)
        taken += isTaken ? 1 : 0
        refused += isTaken ? 0 : 1
        expect(isDescribed(line)).toBe(isTaken)
      }),
      { numRuns: 2000 }
    )
    expect(Math.min(taken, refused)).toBeGreaterThan(200)
  })

  it("rejects values that are not objects, and unknown kinds", () => {
    for (const line of ["1", "[]", "null", "\"span\"", "{}", "{\"kind\":\"log\"}"]) {
      expect([line, isDescribed(line), isRecord(line)]).toEqual([line, false, false])
    }
  })
})
