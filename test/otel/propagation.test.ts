/**
 * Traces across processes, with W3C Trace Context (level 1) headers.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Telemetry } from "loom-telemetry"
import { continueTrace, parentFromHeaders, traceHeaders } from "loom-telemetry/otel"
import { TestTelemetry } from "loom-telemetry/testing"
import { saying, talker } from "../agent/arithmetic.js"
import { scripted } from "../agent/recorded.js"
import { both, exportedNamed, identityOf } from "./exported.js"

const traceId = "0af7651916cd43dd8448eb211c80319c"
const spanId = "b7ad6b7169203331"
const traceparent = `00-${traceId}-${spanId}-01`
const unit = (name: string) => Telemetry.withSpan(Effect.void, name)

describe("incoming headers", () => {
  it.effect("make their span the parent and keep its sampling and state", () =>
    Effect.gen(function*() {
      const headers = { traceparent, tracestate: "vendor=a,other=b" }
      const run = yield* both(continueTrace(headers)(unit("ours")))
      const span = exportedNamed(run, "ours")
      expect(identityOf(span)).toMatchObject({ traceId, parentSpanId: spanId })
      expect(span.parentSpanContext?.isRemote).toBe(true)
      expect(span.spanContext().traceState?.serialize()).toBe("vendor=a,other=b")
      expect(run.records[0]).toMatchObject({ traceId, parentSpanId: spanId })
    }))

  it.effect("make an agent's run part of their trace", () =>
    Effect.gen(function*() {
      const run = yield* both(continueTrace({ traceparent })(talker("helper").run("Hi").pipe(scripted(saying("Hi")))))
      expect(identityOf(exportedNamed(run, "loom.run"))).toMatchObject({ traceId, parentSpanId: spanId })
      expect(new Set(run.records.map((record) => record.traceId))).toEqual(new Set([traceId]))
    }))

  it.effect("of an unsampled trace continue the trace, and nothing is exported", () =>
    Effect.gen(function*() {
      const run = yield* both(continueTrace({ traceparent: traceparent.replace(/01$/, "00") })(unit("ours")))
      expect(run.spans).toEqual([])
      expect(run.records[0]).toMatchObject({ traceId, parentSpanId: spanId })
    }))

  it.effect("of a later version are read like version 00", () =>
    Effect.gen(function*() {
      const parent = parentFromHeaders({ traceparent: `cc${traceparent.slice(2)}-what-comes-later` })
      expect(Option.getOrThrow(parent)).toMatchObject({ traceId, spanId, sampled: true })
    }))

  const malformed: Readonly<Record<string, string>> = {
    "nothing": "",
    "a trace id of zeros": `00-${"0".repeat(32)}-${spanId}-01`,
    "a span id of zeros": `00-${traceId}-${"0".repeat(16)}-01`,
    "a trace id that is not hexadecimal": `00-${"g".repeat(32)}-${spanId}-01`,
    "capital letters": traceparent.toUpperCase(),
    "a short trace id": `00-${traceId.slice(1)}-${spanId}-01`,
    "a long span id": `00-${traceId}-${spanId}0-01`,
    "the forbidden version": `ff-${traceId}-${spanId}-01`,
    "extra fields for this version": `${traceparent}-more`,
    "flags that are not hexadecimal": `00-${traceId}-${spanId}-zz`,
    "no flags": `00-${traceId}-${spanId}`,
    "a line break": `00-${traceId}-${spanId}-01\nx: y`,
    "another format": `${traceId}-${spanId}-1`
  }
  for (const [what, header] of Object.entries(malformed)) {
    it.effect(`with ${what} start a new trace`, () =>
      Effect.gen(function*() {
        const run = yield* both(continueTrace({ traceparent: header })(unit("ours")))
        expect(run.exit._tag).toBe("Success")
        expect(run.records[0]!.parentSpanId).toBeNull()
        expect(run.records[0]!.traceId).not.toBe(traceId)
        expect(identityOf(run.spans[0]!).traceId).toBe(run.records[0]!.traceId)
      }))
  }

  it.effect("with a state that is too long or invalid continue the trace without it", () =>
    Effect.gen(function*() {
      for (const tracestate of [`a=${"x".repeat(600)}`, "===,,,", ""]) {
        const span = exportedNamed(yield* both(continueTrace({ traceparent, tracestate })(unit("ours"))), "ours")
        expect(identityOf(span)).toMatchObject({ traceId, parentSpanId: spanId })
        expect(span.spanContext().traceState?.serialize() ?? "").toBe("")
      }
    }))
})

describe("outgoing headers", () => {
  it.effect("name the current span and its sampling", () =>
    Effect.gen(function*() {
      const run = yield* both(Telemetry.withSpan(traceHeaders, "ours"))
      const ours = exportedNamed(run, "ours").spanContext()
      expect(yield* run.exit).toEqual({ traceparent: `00-${ours.traceId}-${ours.spanId}-01` })
    }))

  it.effect("pass on the incoming state through our spans, with every sink", () =>
    Effect.gen(function*() {
      const program = continueTrace({ traceparent, tracestate: "vendor=a" })(
        traceHeaders.pipe(Effect.withSpan("library"), Telemetry.withSpan("ours"))
      )
      const run = yield* both(program)
      expect(yield* run.exit).toMatchObject({ tracestate: "vendor=a" })
      expect(yield* Effect.provide(program, TestTelemetry.layer)).toEqual({
        traceparent: `00-${traceId}-0000000000000002-01`,
        tracestate: "vendor=a"
      })
    }))

  it.effect("are the incoming ones outside of our spans, and absent without any span", () =>
    Effect.gen(function*() {
      expect(yield* continueTrace({ traceparent })(traceHeaders)).toEqual({ traceparent })
      expect(yield* traceHeaders).toEqual({})
      expect(yield* Effect.withSpan(traceHeaders, "a span that is not recorded")).toEqual({})
    }))

  it.effect("parse back to the span they were written for", () =>
    Effect.gen(function*() {
      const { exit } = yield* both(Telemetry.withSpan(traceHeaders, "ours"))
      const headers = yield* exit
      const run = yield* both(continueTrace(headers)(traceHeaders))
      expect(yield* run.exit).toEqual(headers)
    }))
})
