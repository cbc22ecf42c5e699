/**
 * `TelemetrySpanProcessor`: spans of other instrumentation in our sinks.
 */
import { context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace, type Tracer } from "@opentelemetry/api"
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks"
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  type Sampler,
  SimpleSpanProcessor
} from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import {
  ConsoleTelemetry,
  InMemoryTelemetry,
  InMemoryTelemetryLive,
  MultiTelemetry,
  spanTree,
  Telemetry,
  type TelemetryService
} from "loom-telemetry"
import { OTelTelemetry, TelemetrySpanProcessor } from "loom-telemetry/otel"
import { makeTelemetry } from "loom-telemetry/promise"
import { afterEach, describe, expect, it } from "vitest"
import { capturedWarnings } from "../sinks/recordingSinks.js"
import { identityOf, recordedIdentity } from "./exported.js"

const cleanUps: Array<() => unknown> = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) {
    await cleanUp()
  }
})

/** A provider with the processor, and in-memory telemetry; with `together`, our spans are created by the provider too. */
const setUp = async (options: { readonly together?: boolean; readonly sampler?: Sampler } = {}) => {
  const exporter = new InMemorySpanExporter()
  const made: { service?: TelemetryService } = {}
  const provider = new BasicTracerProvider({
    ...(options.sampler && { sampler: options.sampler }),
    spanProcessors: [new SimpleSpanProcessor(exporter), new TelemetrySpanProcessor(() => made.service)]
  })
  let text = ""
  const sinks = [
    InMemoryTelemetryLive,
    ConsoleTelemetry.layer({ stream: { write: (part) => text += part }, order: "tree", color: false })
  ] as const
  const [warnings, logger] = capturedWarnings()
  const telemetry = await makeTelemetry(
    options.together === true
      ? MultiTelemetry.layer([...sinks, OTelTelemetry.fromProviders({ tracerProvider: provider })]).pipe(
        Layer.provideMerge(logger)
      )
      : MultiTelemetry.layer(sinks).pipe(Layer.provideMerge(logger))
  )
  made.service = telemetry.service
  if (options.together !== true) {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    cleanUps.push(() => context.disable())
  }
  cleanUps.push(telemetry.close)
  return {
    provider,
    telemetry,
    tracer: provider.getTracer("ai"),
    exporter,
    warnings,
    console: () => text.replace(/ \([\d.]+m?s\)/g, ""),
    spans: () => telemetry.runPromise(Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans))
  }
}

const inSpan = async <A>(tracer: Tracer, name: string, body: () => A | Promise<A>): Promise<A> =>
  tracer.startActiveSpan(name, async (span) => {
    try {
      return await body()
    } finally {
      span.end()
    }
  })

const pause = () => new Promise((resolve) => setTimeout(resolve, 1))

describe("records of the SDK's spans", () => {
  it("have its ids, tree, times, attributes, events and links, without secrets", async () => {
    const { exporter, spans, tracer } = await setUp()
    const link = { traceId: "c".repeat(32), spanId: "d".repeat(16), traceFlags: 1 }
    const start = [1_700_000_000, 123_456_789] as const
    await tracer.startActiveSpan("ai.generateText", { kind: SpanKind.CLIENT, startTime: [...start] }, async (outer) => {
      outer.setAttributes({ "ai.model.id": "m", "api_key": "sk-1234567890abcdef", "tags": ["a", "b"] })
      await inSpan(tracer, "ai.toolCall", pause)
      outer.addEvent("first chunk", { token: "hush", "n": 1 }, [start[0], start[1] + 1_000_000])
      outer.addLink({ context: link, attributes: { reason: "retry" } })
      outer.setStatus({ code: SpanStatusCode.OK })
      outer.end([start[0] + 1, start[1]])
    })
    const records = await spans()
    expect(records.map(recordedIdentity)).toEqual(exporter.getFinishedSpans().map(identityOf))
    expect(records[1]).toMatchObject({
      name: "ai.generateText",
      durationMs: 1000,
      outcome: "success",
      exception: null,
      attributes: { "ai.model.id": "m", "api_key": "<redacted>", "tags": ["a", "b"], "span.kind": "client" },
      events: [{ name: "first chunk", attributes: { token: "<redacted>", n: 1 } }],
      links: [{ traceId: link.traceId, spanId: link.spanId, attributes: { reason: "retry" } }]
    })
    expect(records[1]!.startedAt.getTime()).toBe(1_700_000_000_123)
    expect(records[1]!.events[0]!.time.getTime()).toBe(1_700_000_000_124)
  })

  it.each<[string, (span: Span) => void, string, string | null]>([
    ["no status", () => {}, "success", null],
    ["an exception that was handled", (span) => span.recordException(new Error("handled")), "success", null],
    [
      "an exception",
      (span) => {
        span.recordException(new TypeError("broken"))
        span.setStatus({ code: SpanStatusCode.ERROR, message: "other words" })
      },
      "failure",
      "TypeError: broken"
    ],
    [
      "the last of two exceptions",
      (span) => {
        span.recordException(new TypeError("first"))
        span.recordException(new RangeError("second"))
        span.setStatus({ code: SpanStatusCode.ERROR })
      },
      "failure",
      "RangeError: second"
    ],
    ["a message", (span) => span.setStatus({ code: SpanStatusCode.ERROR, message: "refused" }), "failure", "refused"],
    [
      "error.type",
      (span) => {
        span.setAttribute("error.type", "503")
        span.setStatus({ code: SpanStatusCode.ERROR })
      },
      "failure",
      "503"
    ],
    ["an error without a message", (span) => span.setStatus({ code: SpanStatusCode.ERROR }), "failure", "Error"],
    [
      "a secret",
      (span) => span.setStatus({ code: SpanStatusCode.ERROR, message: "401 for Bearer abcdefghijklmnop0123" }),
      "failure",
      "401 for Bearer <redacted>"
    ]
  ])("have its outcome: %s", async (_, end, outcome, exception) => {
    const { spans, tracer } = await setUp()
    const span = tracer.startSpan("call")
    end(span)
    span.end()
    expect(await spans()).toEqual([expect.objectContaining({ outcome, exception })])
  })

  it.each([["server", SpanKind.SERVER], ["producer", SpanKind.PRODUCER], ["consumer", SpanKind.CONSUMER]])(
    "have its kind: %s",
    async (kind, value) => {
      const { spans, tracer } = await setUp()
      tracer.startSpan("call", { kind: value }).end()
      tracer.startSpan("inner").end()
      expect((await spans()).map(({ attributes }) => attributes)).toEqual([{ "span.kind": kind }, {}])
    }
  )

  it("are open until it ends, and keep a remote parent", async () => {
    const { telemetry, spans, tracer } = await setUp()
    const remote = trace.setSpanContext(ROOT_CONTEXT, {
      traceId: "a".repeat(32),
      spanId: "b".repeat(16),
      traceFlags: 1,
      isRemote: true
    })
    const span = tracer.startSpan("call", {}, remote)
    const open = await telemetry.runPromise(Effect.flatMap(InMemoryTelemetry, (memory) => memory.open))
    span.end()
    expect(open.map(({ name }) => name)).toEqual(["call"])
    expect(await spans()).toEqual([expect.objectContaining({ traceId: "a".repeat(32), parentSpanId: "b".repeat(16) })])
  })

  it("do not exist for a span that is not sampled", async () => {
    const { spans, tracer } = await setUp({ sampler: new AlwaysOffSampler() })
    tracer.startSpan("call").end()
    expect(await spans()).toEqual([])
  })

  it("are limited, and count what was dropped", async () => {
    const { spans, tracer } = await setUp()
    const span = tracer.startSpan("call")
    for (let i = 0; i < 200; i++) {
      span.setAttribute(`a${i}`, i)
      span.addEvent(`e${i}`)
    }
    span.end()
    const [record] = await spans()
    expect(record!.events).toHaveLength(128)
    expect(record!.attributes).toMatchObject({ "loom.dropped_attributes": 72 })
  })
})

describe("together with fromProviders", () => {
  it("puts both kinds of spans into one tree, each once, in every sink", async () => {
    const all = await setUp({ together: true })
    const { telemetry, tracer } = all
    await telemetry.withSpan("answer", async () => {
      await pause()
      await inSpan(tracer, "ai.generateText", async () => {
        await pause()
        await inSpan(tracer, "ai.doGenerate", pause)
        await telemetry.withSpan("tool", async () => {
          await pause()
          await telemetry.runPromise(
            Telemetry.withSpan(Effect.promise(() => inSpan(tracer, "http", pause)), "effect")
          )
        })
      })
    })
    const records = await all.spans()
    expect(records.map(({ name }) => name)).toEqual([
      "ai.doGenerate",
      "http",
      "effect",
      "tool",
      "ai.generateText",
      "answer"
    ])
    expect(all.exporter.getFinishedSpans().map(identityOf)).toEqual(records.map(recordedIdentity))
    expect(spanTree(records)).toHaveLength(1)
    expect(all.console()).toBe([
      "• answer",
      "  • ai.generateText",
      "    • ai.doGenerate",
      "    • tool",
      "      • effect",
      "        • http",
      ""
    ].join("\n"))
    expect(all.warnings).toEqual([])
  })

  it("keeps the SDK's root spans as roots, with our spans inside them as children", async () => {
    const all = await setUp({ together: true })
    await inSpan(all.tracer, "GET /", async () => {
      await pause()
      await all.telemetry.runPromise(Effect.void.pipe(Effect.delay("1 millis"), Telemetry.withSpan("effect")))
      await all.telemetry.withSpan("function", pause)
    })
    all.tracer.startSpan("detached", { root: true }).end()
    expect(all.console()).toBe("• GET /\n  • effect\n  • function\n• detached\n")
    expect((await all.spans()).map(recordedIdentity)).toEqual(all.exporter.getFinishedSpans().map(identityOf))
  })

  it("lets measurements inside an SDK's span name that span", async () => {
    const all = await setUp({ together: true })
    await inSpan(all.tracer, "GET /", async () => all.telemetry.emitMetric("hits", 1))
    const [metric] = await all.telemetry.runPromise(Effect.flatMap(InMemoryTelemetry, (memory) => memory.metrics))
    expect(metric!.spanId).toBe((await all.spans())[0]!.spanId)
  })

  it("completes flush and shutdown, although each calls the other", async () => {
    const all = await setUp({ together: true })
    all.tracer.startSpan("call").end()
    const started = performance.now()
    await Promise.all([all.telemetry.flush(), all.provider.forceFlush()])
    await all.provider.shutdown()
    await all.telemetry.close()
    expect(performance.now() - started).toBeLessThan(2500)
    expect(all.warnings).toEqual([])
  })

  it("records the spans that a separate telemetry creates through the provider", async () => {
    const mine = await makeTelemetry(InMemoryTelemetryLive)
    const provider = new BasicTracerProvider({ spanProcessors: [new TelemetrySpanProcessor(mine.service)] })
    const theirs = await makeTelemetry(OTelTelemetry.fromProviders({ tracerProvider: provider }))
    cleanUps.push(theirs.close)
    theirs.withSpan("outer", () => theirs.withSpan("inner", () => 0))
    const tree = await mine.runPromise(Effect.flatMap(InMemoryTelemetry, (memory) => memory.tree))
    expect(tree.map(({ children, span }) => [span.name, children.map((each) => each.span.name)])).toEqual([
      ["outer", ["inner"]]
    ])
  })
})
