import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import {
  type DecodedLine,
  entriesOf,
  OtlpJson,
  TraceFile,
  TraceSummary,
  TraceTree,
  TreeView
} from "loom-telemetry/readers"
import { gzipSync } from "node:zlib"
import { runs } from "../runs.js"
import { trace, Writer, writing } from "./agentTraces.js"
import { file, span } from "./lines.js"

const recordsOf = (source: string | Uint8Array): ReadonlyArray<DecodedLine> =>
  entriesOf(source).flatMap((entry) => entry.kind === "record" ? [entry.record] : [])

const spansOf = (source: string | Uint8Array) =>
  recordsOf(source).flatMap((record) => record.kind === "span" ? [record.span] : [])

/** What `export --to otlp` writes. */
const exported = (records: ReadonlyArray<DecodedLine>): string =>
  [...OtlpJson.requests(records)].map(({ body }) => `${body}\n`).join("")

const id = "0af7651916cd43dd8448eb211c80319c"

const given = (parts: object) => ({
  traceId: id,
  spanId: "b7ad6b7169203331",
  name: "work",
  startTimeUnixNano: "1769860800000000001",
  endTimeUnixNano: "1769860801000000002",
  ...parts
})

const request = (...spans: ReadonlyArray<object>) => ({
  resourceSpans: [{
    resource: { attributes: [{ key: "service.name", value: { stringValue: "shop" } }] },
    scopeSpans: [{ scope: { name: "lib", version: "1", attributes: [] }, spans }]
  }]
})

const only = (value: object) => spansOf(JSON.stringify(request(given(value))))[0]!

const around = { "service.name": "shop", "otel.scope.name": "lib", "otel.scope.version": "1" }

describe("OTLP/JSON", () => {
  it("exported by this package gives the tree, tokens and cost of the source", () => {
    const how = writing.filter(({ metrics, spans }) => spans && metrics !== "file")
    fc.assert(
      fc.property(fc.array(trace, { minLength: 1, maxLength: 3 }), how, (traces, writing) => {
        const source = recordsOf(
          file(...traces.flatMap((each, index) => new Writer(index + 1, each, writing).lines))
        )
        const read = recordsOf(exported(source))
        const shown = (records: ReadonlyArray<DecodedLine>) => TreeView.render(TraceTree.fromEntries(records))
        expect(shown(read)).toBe(shown(source.filter(({ kind }) => kind === "span")))
        const usage = (records: ReadonlyArray<DecodedLine>) => TraceSummary.of(records).usage
        expect(usage(read)).toEqual(usage(source))
      }),
      { numRuns: runs(300) }
    )
  })

  it("exported by this package restores outcomes, exceptions, events and links", () => {
    const source = recordsOf(file(
      span({ id: 1, name: "loom.run", attributes: { agent: "a", session_id: "s", user_id: "u", tokens_in: 3 } }),
      span({
        id: 2,
        parent: 1,
        name: "loom.tool",
        attributes: { tool: "add", call_id: "c", ok: false, error: "E: no", input: "x", session_id: "s", user_id: "u" },
        outcome: "failure",
        exception: "no colon here"
      }),
      span({
        id: 3,
        parent: 1,
        name: "stopped",
        outcome: "interrupted",
        attributes: { "error.kind": "mine", error: 1 }
      }),
      span({
        id: 4,
        parent: 1,
        name: "http",
        events: [{ name: "sent", time: "2026-01-31T12:00:00.000000Z", attributes: { bytes: 3 } }],
        links: [{ trace_id: id, span_id: "b7ad6b7169203331", attributes: { why: "x" } }]
      })
    ))
    const plain = (records: ReadonlyArray<DecodedLine>) =>
      TraceTree.fromEntries(records).traces.flatMap(({ roots }) => [...TraceTree.nodes(roots)]).map((
        { depth, node }
      ) => ({
        ...node,
        depth,
        line: 0,
        children: []
      }))
    expect(plain(recordsOf(exported(source)))).toEqual(plain(source))
  })

  it("gives every kind of value, with the attributes of resource and scope", () => {
    const value = (key: string, value: object) => ({ key, value })
    const { attributes } = only({
      attributes: [
        value("text", { stringValue: "" }),
        value("flag", { boolValue: false }),
        value("int", { intValue: "42" }),
        value("number", { intValue: 7 }),
        value("large", { intValue: "9007199254740993" }),
        value("double", { doubleValue: 0.5 }),
        value("nan", { doubleValue: "NaN" }),
        value("list", { arrayValue: { values: [{ intValue: "1" }, { stringValue: "b" }] } }),
        value("empty", { arrayValue: {} }),
        value("object", { kvlistValue: { values: [{ key: "a", value: { kvlistValue: { values: [] } } }] } }),
        value("bytes", { bytesValue: "AAEC" }),
        value("none", {}),
        value("__proto__", { stringValue: "p" }),
        value("service.name", { stringValue: "own" })
      ]
    })
    expect(attributes).toEqual({
      ...around,
      text: "",
      flag: false,
      int: 42,
      number: 7,
      large: "9007199254740993",
      double: 0.5,
      nan: "NaN",
      list: [1, "b"],
      empty: [],
      object: { a: {} },
      bytes: "<3 bytes>",
      ["__proto__"]: "p",
      "service.name": "own"
    })
    expect(Object.keys(attributes)).toContain("__proto__")
  })

  it("gives times in nanoseconds, ids in lower case, and no parent for an empty or zero one", () => {
    const upper = { traceId: id.toUpperCase(), spanId: "B7AD6B7169203331" }
    for (const parentSpanId of ["", "0000000000000000", undefined]) {
      expect(only({ ...upper, parentSpanId })).toMatchObject({
        traceId: id,
        spanId: "b7ad6b7169203331",
        parentSpanId: null,
        start: 1769860800000000001n,
        end: 1769860801000000002n
      })
    }
    expect(only({ parentSpanId: "00f067aa0ba902b7" }).parentSpanId).toBe("00f067aa0ba902b7")
  })

  it("reads ids in base64, as generic converters of protobuf write them", () => {
    const base64 = (hex: string) => Buffer.from(hex, "hex").toString("base64")
    const ids = { traceId: base64(id), spanId: base64("b7ad6b7169203331"), parentSpanId: base64("00f067aa0ba902b7") }
    expect(only(ids)).toMatchObject({ traceId: id, spanId: "b7ad6b7169203331", parentSpanId: "00f067aa0ba902b7" })
  })

  it.each([
    ["code 2", { status: { code: 2 } }, "failure", null],
    ["its name", { status: { code: "STATUS_CODE_ERROR", message: "no" } }, "failure", "no"],
    [
      "error.type",
      { status: { code: 2 }, attributes: [{ key: "error.type", value: { stringValue: "T" } }] },
      "failure",
      "T"
    ],
    [
      "an exception event",
      {
        status: { code: 2, message: "other" },
        events: [{
          name: "exception",
          timeUnixNano: "1",
          attributes: [
            { key: "exception.type", value: { stringValue: "TypeError" } },
            { key: "exception.message", value: { stringValue: "no" } }
          ]
        }]
      },
      "failure",
      "TypeError: no"
    ],
    ["code 1", { status: { code: 1 } }, "success", null],
    ["no status", {}, "success", null]
  ])("gives the outcome of a span with %s", (_, parts, outcome, exception) => {
    expect(only(parts)).toMatchObject({ outcome, exception, events: undefined })
  })

  it("reports spans without a valid id or time, and reads the others", () => {
    const bad = [{ traceId: "x" }, { spanId: "0000000000000000" }, { startTimeUnixNano: "later" }].map(given)
    const entries = entriesOf(JSON.stringify(request(...bad, given({}))))
    expect(entries.map((entry) => entry.kind)).toEqual(["bad", "bad", "bad", "record"])
  })

  it.each(["one line", "lines", "pretty-printed", "several pretty-printed documents"])("is read from %s", (form) => {
    const [a, b] = [request(given({})), request(given({ spanId: "00f067aa0ba902b7" }))]
    const text = form === "one line"
      ? JSON.stringify({ resourceSpans: [...a.resourceSpans, ...b.resourceSpans] })
      : form === "lines"
      ? `${JSON.stringify(a)}\n${JSON.stringify(b)}\n`
      : form === "pretty-printed"
      ? JSON.stringify({ resourceSpans: [...a.resourceSpans, ...b.resourceSpans] }, null, 2)
      : `${JSON.stringify(a, null, 2)}\n${JSON.stringify(b, null, 2)}\n`
    expect(spansOf(text).map(({ spanId }) => spanId)).toEqual(["b7ad6b7169203331", "00f067aa0ba902b7"])
  })

  it("is read with the names of the proto files", () => {
    const { endTimeUnixNano: end, spanId, startTimeUnixNano: start, traceId } = given({})
    const text = JSON.stringify({
      resource_spans: [{
        scope_spans: [{
          spans: [{
            trace_id: traceId,
            span_id: spanId,
            name: "work",
            start_time_unix_nano: start,
            end_time_unix_nano: end,
            attributes: [{ key: "a", value: { int_value: "1" } }]
          }]
        }]
      }]
    })
    expect(spansOf(text)).toMatchObject([{ name: "work", attributes: { a: 1 } }])
  })

  it.effect("is read from a compressed stream, as tree and summary", () =>
    Effect.gen(function*() {
      const bytes = gzipSync(`${JSON.stringify(request(given({})))}\n`)
      const { traces } = yield* TraceFile.tree(Stream.make(bytes))
      expect(traces.map(({ spans }) => spans)).toEqual([1])
      const { bad, spans } = yield* TraceFile.summary(Stream.make(bytes))
      expect({ bad, spans }).toEqual({ bad: 0, spans: 1 })
    }))

  it("does not join lines in the middle of a file, nor a document that never ends", () => {
    const line = span({ id: 1 })
    const kinds = (text: string) => entriesOf(text).map(({ kind, line }) => `${kind} ${line}`)
    expect(kinds(`${line}\n{"kind":"sp\n${line}\n`)).toEqual(["record 1", "bad 2", "record 3"])
    expect(kinds(`{"kind":"sp\n${line}\n`)).toEqual(["bad 1", "record 2"])
    expect(kinds(`{\n${line}\n`)).toEqual(["bad 1", "record 2"])
    expect(kinds(`${JSON.stringify(JSON.parse(line), null, 2)}\n`)).toEqual(["record 1"])
  })
})
