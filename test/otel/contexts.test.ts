/**
 * OpenTelemetry's context passes through our spans: baggage, suppressed tracing and anything else in it. It is the context in which a fiber was
 * started, never that of whatever woke it.
 */
import { describe, expect, it } from "@effect/vitest"
import { type Context, context, createContextKey, propagation, ROOT_CONTEXT } from "@opentelemetry/api"
import { isTracingSuppressed, suppressTracing } from "@opentelemetry/core"
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base"
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type Sampler,
  SimpleSpanProcessor
} from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { InMemoryTelemetry, Telemetry } from "loom-telemetry"
import { continueTrace, OTelTelemetry, traceHeaders } from "loom-telemetry/otel"
import { makeTelemetry } from "loom-telemetry/promise"
import { inMemoryProviders } from "./exported.js"
import { unit, withRuntime } from "./runtimes.js"

const key = createContextKey("another library's")
const baggage = propagation.createBaggage({ tenant: { value: "acme" } })
const tenant = () => propagation.getBaggage(context.active())?.getEntry("tenant")?.value
const seen = Effect.sync(() => [tenant(), context.active().getValue(key), isTracingSuppressed(context.active())])

/** Providers that record the arguments of `onStart`. */
const watched = (sampler?: Sampler) => {
  const started: Array<{ readonly span: ReadableSpan; readonly attributes: object; readonly around: Context }> = []
  const exporter = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({
    ...(sampler && { sampler }),
    spanProcessors: [
      {
        onStart: (span, around) => void started.push({ span, attributes: { ...span.attributes }, around }),
        onEnd: () => {},
        forceFlush: () => Promise.resolve(),
        shutdown: () => Promise.resolve()
      },
      new SimpleSpanProcessor(exporter)
    ]
  })
  return { tracerProvider, started, spans: () => exporter.getFinishedSpans() }
}

const inContext = ROOT_CONTEXT.setValue(key, 1)
const withTenant = propagation.setBaggage(inContext, baggage)

describe("the context around a runPromise", () => {
  for (const isWarm of [true, false]) {
    it(`is active inside, in every kind of span and fiber (${isWarm ? "a built" : "an unbuilt"} runtime)`, async () => {
      const providers = watched()
      const pause = Effect.promise(() => Promise.resolve())
      const all = await withRuntime(
        providers,
        (runtime) =>
          context.with(withTenant, () =>
            runtime.runPromise(
              Effect.all([
                seen,
                Telemetry.withSpan(seen, "ours"),
                Effect.withSpan(Effect.zipRight(pause, seen), "library"),
                Telemetry.withSpan(Effect.flatMap(Effect.fork(Effect.withSpan(seen, "forked")), Fiber.join), "a"),
                Effect.flatMap(Effect.forkDaemon(Effect.zipRight(pause, seen)), Fiber.join),
                Effect.zipRight(Effect.sleep(1), Telemetry.withSpan(Telemetry.withSpan(seen, "inner"), "outer")),
                seen.pipe(continueTrace({ traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` }))
              ])
            )),
        isWarm
      )
      expect(all).toEqual(all.map(() => ["acme", 1, false]))
      for (const { around } of providers.started) {
        expect(around.getValue(key)).toBe(1)
        expect(propagation.getBaggage(around)?.getEntry("tenant")?.value).toBe("acme")
      }
      expect(providers.started).toHaveLength(6)
    })
  }

  it("is propagated in outgoing headers, and includes the baggage of incoming headers", async () => {
    await withRuntime(watched(), async (runtime) => {
      const headers = await context.with(withTenant, () => runtime.runPromise(Telemetry.withSpan(traceHeaders, "out")))
      expect(headers).toMatchObject({ baggage: "tenant=acme" })
      const inside = Telemetry.withSpan(Effect.zip(Effect.sync(tenant), traceHeaders), "in")
      const [value, again] = await runtime.runPromise(continueTrace(headers)(inside))
      expect([value, again["baggage"]]).toEqual(["acme", "tenant=acme"])
    })
  })

  it("is propagated in the headers of asynchronous code, inside and outside of spans, unless tracing is suppressed", async () => {
    const telemetry = await makeTelemetry(OTelTelemetry.fromProviders(inMemoryProviders()))
    const traceparent = expect.stringMatching(/^00-.*-01$/)
    try {
      const headers = context.with(withTenant, () => telemetry.withSpan("out", () => telemetry.traceHeaders()))
      expect(headers).toEqual({ traceparent, baggage: "tenant=acme" })
      expect(context.with(withTenant, () => telemetry.traceHeaders())).toEqual({ baggage: "tenant=acme" })
      expect(context.with(suppressTracing(withTenant), () => telemetry.traceHeaders())).toEqual({})
      const inside = await telemetry.continueTrace(
        { ...headers, tracestate: "vendor=a" },
        () =>
          telemetry.withSpan("in", async () => {
            await new Promise((resolve) => setTimeout(resolve))
            return [tenant(), telemetry.traceHeaders()]
          })
      )
      expect(inside).toEqual(["acme", { traceparent, tracestate: "vendor=a", baggage: "tenant=acme" }])
    } finally {
      await telemetry.close()
    }
  })

  it("differs between concurrent runs, and leaves nothing behind", async () => {
    await withRuntime(watched(), async (runtime) => {
      const one = (value: string) =>
        context.with(
          propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage({ tenant: { value } })),
          () => runtime.runPromise(Effect.zipRight(Effect.sleep(1), Telemetry.withSpan(Effect.sync(tenant), value)))
        )
      const values = Array.from({ length: 10 }, (_, n) => `t${n}`)
      expect(await Promise.all(values.map(one))).toEqual(values)
      expect(await runtime.runPromise(Telemetry.withSpan(Effect.sync(tenant), "after"))).toBeUndefined()
    })
  })
})

describe("suppressed tracing", () => {
  const suppressed = <A>(run: () => Promise<A>) => context.with(suppressTracing(context.active()), run)

  it("exports and propagates nothing, and is visible inside; the other sinks still record", async () => {
    const providers = watched()
    await withRuntime(providers, async (runtime) => {
      const look = Effect.zip(seen, traceHeaders)
      const program = Effect.all([
        look,
        Telemetry.withSpan(look, "ours"),
        Telemetry.withSpan(Effect.zipRight(Effect.sleep(1), Effect.withSpan(look, "library")), "pause"),
        Effect.flatMap(Effect.forkDaemon(Telemetry.withSpan(look, "daemon")), Fiber.join)
      ])
      for (const [[, , isSuppressed], headers] of await suppressed(() => runtime.runPromise(program))) {
        expect([isSuppressed, headers]).toEqual([true, {}])
      }
      const memory = await runtime.runPromise(Effect.flatMap(InMemoryTelemetry, ({ spans }) => spans))
      expect(memory.map(({ name }) => name).toSorted()).toEqual(["daemon", "library", "ours", "pause"])
    })
    expect(providers.spans()).toEqual([])
    expect(providers.started).toEqual([])
  })

  it("also applies to a runtime captured inside a span", async () => {
    const providers = watched()
    await withRuntime(providers, async (runtime) => {
      const taken = await runtime.runPromise(Telemetry.withSpan(Effect.runtime<never>(), "boot"))
      const { runPromise } = await import("effect/Runtime")
      await suppressed(() => runPromise(taken)(Telemetry.withSpan(Effect.withSpan(seen, "library"), "export")))
    })
    expect(providers.spans().map(({ name }) => name)).toEqual(["boot"])
  })

  it("by other instrumentation inside one of our spans suppresses the spans it starts", async () => {
    const providers = watched()
    await withRuntime(providers, async (runtime) => {
      const library = Effect.promise(() => suppressed(() => runtime.runPromise(unit("inside"))))
      await runtime.runPromise(Telemetry.withSpan(library, "outside"))
    })
    expect(providers.spans().map(({ name }) => name)).toEqual(["outside"])
  })
})

describe("samplers and onStart", () => {
  const other = { traceId: "a".repeat(32), spanId: "b".repeat(16) }
  const dropsHealth: Sampler = {
    shouldSample: (_context, _traceId, _name, _kind, attributes) => ({
      decision: attributes["route"] === "/health" ? 0 : 2
    }),
    toString: () => "drops health checks"
  }

  it("see the attributes, so a sampler can drop a route", async () => {
    const providers = watched(dropsHealth)
    await withRuntime(providers, (runtime) =>
      runtime.runPromise(Effect.all([
        Telemetry.withSpan(Effect.void, "ours", { route: "/health" }),
        Effect.withSpan(Effect.void, "library", { attributes: { route: "/health" } }),
        Telemetry.withSpan(Effect.void, "annotated").pipe(Effect.annotateSpans("route", "/health")),
        Effect.scoped(Telemetry.spanScoped("scoped", () => ({ route: "/health" }))),
        Telemetry.withSpan(Effect.void, "kept", { route: "/chat" })
      ])))
    expect(providers.spans().map(({ name }) => name)).toEqual(["kept"])
  })

  it("see redacted attributes with the run's labels, the same as in the record", async () => {
    const providers = watched()
    const secret = `sk-${"a1b2".repeat(12)}`
    await withRuntime(providers, (runtime) =>
      runtime.runPromise(
        Telemetry.withSpan(Effect.void, "ours", { n: 1, list: [1, { two: 2 }], api_key: secret, gone: undefined })
      ))
    const expected = { n: 1, list: "[1,{\"two\":2}]", api_key: "<redacted>" }
    expect(providers.started[0]!.attributes).toEqual(expected)
    expect(providers.spans()[0]!.attributes).toMatchObject(expected)
  })

  it("see the links, which are exported once", async () => {
    const links: Array<unknown> = []
    const providers = watched({
      shouldSample: (_context, _traceId, _name, _kind, _attributes, given) => {
        links.push(given)
        return { decision: 2 }
      },
      toString: () => "notes links"
    })
    const { externalSpan } = await import("effect/Tracer")
    const link = { _tag: "SpanLink" as const, span: externalSpan(other), attributes: { why: "batch" } }
    await withRuntime(providers, (runtime) =>
      runtime.runPromise(Effect.all([
        Telemetry.withSpan(Effect.linkSpanCurrent(externalSpan({ ...other, spanId: "c".repeat(16) })), "ours", {}, {
          links: [link]
        }),
        Effect.withSpan(Effect.void, "library", { links: [link] })
      ])))
    const exported = { context: { ...other, traceFlags: 1 }, attributes: { why: "batch" } }
    expect(links).toEqual([[exported], [exported]])
    expect(providers.spans().map((span) => span.links.map((each) => each.context.spanId))).toEqual([
      [other.spanId, "c".repeat(16)],
      [other.spanId]
    ])
  })

  it("leave room for the attributes of the dialects if a span opens with many attributes", async () => {
    const providers = watched()
    const many = Object.fromEntries(Array.from({ length: 126 }, (_, n) => [`a${n}`, n]))
    await withRuntime(
      providers,
      (runtime) => runtime.runPromise(Telemetry.withSpan(Effect.void, "loom.tool", { tool: "add", ...many }))
    )
    expect(providers.spans()[0]!.attributes).toMatchObject({ "gen_ai.tool.name": "add" })
  })
})
