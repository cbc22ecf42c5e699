/**
 * Traces across processes: headers out and in, in every form that servers and clients use.
 */
import type { IncomingHttpHeaders } from "node:http"
import { describe, expect, it } from "vitest"
import { inMemory, pause } from "./recorded.js"

const traceId = "0af7651916cd43dd8448eb211c80319c"
const spanId = "b7ad6b7169203331"
const traceparent = `00-${traceId}-${spanId}-01`
const carried = { tracestate: "vendor=1", baggage: "tenant=acme,plan=a%20b;ttl=5" }

describe("continueTrace", () => {
  const incoming: IncomingHttpHeaders = { traceparent, ...carried }

  it.each<[string, Parameters<Awaited<ReturnType<typeof inMemory>>["telemetry"]["continueTrace"]>[0]]>([
    ["IncomingHttpHeaders", incoming],
    ["Headers", new Headers({ Traceparent: traceparent, TraceState: carried.tracestate, Baggage: carried.baggage })],
    ["a Map", new Map(Object.entries({ traceparent, ...carried }))],
    ["a record with capitals", { Traceparent: traceparent, TRACESTATE: carried.tracestate, BAGGAGE: carried.baggage }],
    ["a record with lists", {
      traceparent: [traceparent],
      tracestate: [carried.tracestate],
      baggage: carried.baggage.split(",")
    }],
    ["_meta of MCP", { progressToken: 7, traceparent, ...carried }]
  ])("continues the trace of %s, and passes it on", async (_, headers) => {
    const { spans, telemetry } = await inMemory()
    const [inside, below] = await telemetry.continueTrace(headers, async () => {
      await pause()
      return [telemetry.traceHeaders(), await telemetry.withSpan("handler", async () => telemetry.traceHeaders())]
    })
    const [span] = await spans()
    expect(span).toMatchObject({ name: "handler", traceId, parentSpanId: spanId })
    expect(inside).toEqual({ traceparent, ...carried })
    expect(below).toEqual({ traceparent: `00-${traceId}-${span!.spanId}-01`, ...carried })
  })

  const throwing = Object.defineProperty({}, "traceparent", {
    enumerable: true,
    get: () => {
      throw new Error("no")
    }
  })

  it.each<[string, any]>([
    ["nothing", undefined],
    ["null", null],
    ["none", {}],
    ["zeros", { traceparent: `00-${"0".repeat(32)}-${spanId}-01` }],
    ["capitals in the id", { traceparent: traceparent.toUpperCase() }],
    ["version ff", { traceparent: traceparent.replace(/^00/, "ff") }],
    ["more than version 00 allows", { traceparent: `${traceparent}-x` }],
    ["two of them", { traceparent: [traceparent, traceparent] }],
    ["a number", { traceparent: 7 }],
    ["a getter that throws", throwing],
    ["a text", "traceparent"]
  ])("starts a new trace if the headers have %s", async (_, headers) => {
    const { spans, telemetry } = await inMemory()
    expect(telemetry.continueTrace(headers, () => telemetry.withSpan("handler", () => 5))).toBe(5)
    expect((await spans())[0]).toMatchObject({ parentSpanId: null })
    expect((await spans())[0]!.traceId).not.toBe(traceId)
  })

  const throwingBaggage = Object.defineProperty({ traceparent }, "baggage", {
    enumerable: true,
    get: () => {
      throw new Error("no")
    }
  })

  it.each<[string, any]>([
    ["state that is too long", { tracestate: "a=".padEnd(513, "b") }],
    ["baggage that is too long", { baggage: "a=".padEnd(8193, "b") }],
    ["empty state and baggage", { tracestate: "", baggage: " " }],
    ["state and baggage with line breaks", { tracestate: "a=b\r\nx: y", baggage: "a=b\nx: y" }],
    ["state and baggage that are not ASCII", { tracestate: "a=é", baggage: "a=\u0000" }],
    ["state and baggage that are not strings", { tracestate: 7, baggage: { tenant: "acme" } }],
    ["baggage that throws", throwingBaggage]
  ])("keeps the trace and leaves out %s", async (_, headers) => {
    const { telemetry } = await inMemory()
    Object.defineProperty(headers, "traceparent", { value: traceparent, enumerable: true })
    const passedOn = telemetry.continueTrace(headers, () => telemetry.traceHeaders())
    expect(passedOn).toEqual({ traceparent })
    expect(() => new Headers(passedOn)).not.toThrow()
  })

  it("passes on baggage of 8192 characters", async () => {
    const { telemetry } = await inMemory()
    const baggage = "a=".padEnd(8192, "b")
    expect(telemetry.continueTrace({ traceparent, baggage }, () => telemetry.traceHeaders())).toEqual({
      traceparent,
      baggage
    })
  })

  it("does not pass on baggage of one request in another", async () => {
    const { telemetry } = await inMemory()
    const handle = (tenant: string) =>
      telemetry.continueTrace({ traceparent, baggage: `tenant=${tenant}` }, async () => {
        await pause()
        return telemetry.withSpan("handler", async () => {
          await pause()
          return telemetry.traceHeaders()["baggage"]
        })
      })
    expect(await Promise.all(["a", "b", "c"].map(handle))).toEqual(["tenant=a", "tenant=b", "tenant=c"])
    expect(telemetry.traceHeaders()).toEqual({})
  })

  it("passes on that a trace is not sampled", async () => {
    const { telemetry } = await inMemory()
    const headers = telemetry.continueTrace(
      { traceparent: traceparent.replace(/01$/, "00") },
      () => telemetry.withSpan("handler", () => telemetry.traceHeaders())
    )
    expect(headers["traceparent"]).toMatch(/-00$/)
  })

  it("continues below an open span of this process if the headers name one", async () => {
    const { telemetry, trees } = await inMemory()
    await telemetry.withSpan("client", async () => {
      const headers = telemetry.traceHeaders()
      // As a server does, outside of the client's context.
      await new Promise<void>((resolve) =>
        process.nextTick(() =>
          telemetry.continueTrace(headers, () => telemetry.withSpan("server", () => pause()).then(resolve))
        )
      )
    })
    expect(await trees()).toEqual(["client(server)"])
  })

  it("returns no headers outside of spans", async () => {
    const { telemetry } = await inMemory()
    expect(telemetry.traceHeaders()).toEqual({})
  })

  it("keeps the run", async () => {
    const { spans, telemetry } = await inMemory()
    telemetry.withRun(
      { userId: "u" },
      () => telemetry.continueTrace({ traceparent }, () => telemetry.withSpan("h", () => 0))
    )
    expect((await spans())[0]).toMatchObject({ traceId, attributes: { user_id: "u" } })
  })
})
