/**
 * Spans and values nested deeper than the call stack, and very many attributes: no sink throws, and every loss is counted.
 */
import { ProxyTracerProvider } from "@opentelemetry/api"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as TestContext from "effect/TestContext"
import { ConsoleTelemetry, InMemoryTelemetry, MultiTelemetry, type SpanNode, spanTree, Telemetry } from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import { describe, expect } from "vitest"
import { decodeLine } from "../../src/records/wire/line.js"
import { encodeSpan } from "../../src/records/wire/span.js"
import { capture } from "../sinks/console/capture.js"
import { realSinks } from "./programs-sinks/realSinks.js"
import { faultRow } from "./row.js"

const levels = 10_000

/** Wraps an effect this many times. */
const nested = <A, E>(
  body: Effect.Effect<A, E>,
  wrap: (self: Effect.Effect<A, E>) => Effect.Effect<A, E>,
  times = levels
) => {
  let out = body
  for (let level = 0; level < times; level++) {
    out = wrap(out)
  }
  return out
}

/** Runs a program with all these sinks, and returns what each of them recorded. */
const inEverySink = (body: Effect.Effect<unknown, unknown>) =>
  Effect.gen(function*() {
    const sinks = yield* realSinks
    const [first, ...rest] = sinks.map(({ layer }) => layer)
    yield* Effect.exit(Effect.provide(body, MultiTelemetry.layer([first!, ...rest])))
    return yield* Effect.forEach(sinks, ({ name, shown }) => Effect.map(shown, ({ spans }) => ({ name, spans })))
  }).pipe(Effect.scoped, Effect.runPromise)

const bodies: { readonly [name: string]: Effect.Effect<unknown, unknown> } = {
  "our own spans": nested(Effect.void, Telemetry.withSpan("level")),
  "spans of libraries": nested(Effect.void, Effect.withSpan("level")),
  "spans whose innermost body fails": nested<void, string>(Effect.fail("no"), Telemetry.withSpan("level"))
}

const depthOf = (roots: ReadonlyArray<SpanNode>): number => {
  let depth = 0
  for (let level = roots; level.length > 0; level = level.flatMap(({ children }) => children)) {
    depth++
  }
  return depth
}

/** An array in an array, and so on. */
const deepValue = (): unknown => {
  let value: unknown = "bottom"
  for (let level = 0; level < levels; level++) {
    value = level % 2 === 0 ? [value] : { inner: value }
  }
  return value
}

const memorySpan = (body: Effect.Effect<unknown, unknown>) =>
  Effect.exit(body).pipe(
    Effect.zipRight(Effect.flatMap(InMemoryTelemetry, ({ spans }) => spans)),
    Effect.provide(InMemoryTelemetry.layer()),
    Effect.runPromise
  )

describe("ten thousand deep", () => {
  for (const [name, body] of Object.entries(bodies)) {
    faultRow("scale", `ten thousand nested ${name}: complete in every sink`, async (row) => {
      const shown = await inEverySink(body)
      for (const { name, spans } of shown) {
        expect({ name, spans: spans.length }).toEqual({ name, spans: levels })
      }
      row.note(shown.map(({ name }) => name).join(", "))
    })
  }

  faultRow("scale", "three hundred nested streams: each is recorded", async () => {
    let stream: Stream.Stream<number> = Stream.make(1)
    for (let level = 0; level < 300; level++) {
      stream = Telemetry.withSpanStream(stream, "level")
    }
    expect(await memorySpan(Stream.runDrain(stream))).toHaveLength(300)
  })

  faultRow("scale", "ten thousand nested spans printed live: each line once", async () => {
    const stream = capture()
    const measured = nested(Telemetry.emitMetric("calls", 1), Telemetry.withSpan("level"))
    await Effect.runPromise(Effect.provide(measured, ConsoleTelemetry.layer({ stream, color: false })))
    expect(stream.lines()).toHaveLength(2 * levels + 1)
  })

  faultRow("scale", "ten thousand nested spans with OpenTelemetry but no SDK: each is recorded", async () => {
    const none = new ProxyTracerProvider()
    const layer = MultiTelemetry.layer([
      InMemoryTelemetry.layer(),
      OTelTelemetry.fromProviders({ tracerProvider: none })
    ])
    const spans = await nested(Effect.void, Telemetry.withSpan("level"), 2 * levels).pipe(
      Effect.zipRight(Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans)),
      Effect.provide(layer),
      Effect.runPromise
    )
    expect(spans).toHaveLength(2 * levels)
  })

  faultRow("scale", "ten thousand nested spans as a tree of records", async () => {
    const spans = await memorySpan(bodies["our own spans"]!)
    expect(depthOf(spanTree(spans))).toBe(levels)
  })

  faultRow("scale", "a value ten thousand levels deep: truncated and marked, in every sink", async () => {
    const shown = await inEverySink(
      Telemetry.emitMetric("calls", 1, { deep: deepValue() }).pipe(Telemetry.withSpan("body", { deep: deepValue() }))
    )
    expect(shown.map(({ spans }) => spans)).toEqual(shown.map(() => ["body success"]))
    const [span] = await memorySpan(Telemetry.withSpan(Effect.void, "body", { deep: deepValue() }))
    const line = encodeSpan(
      {
        name: "body",
        traceId: "",
        spanId: "",
        parentSpanId: null,
        start: 0n,
        end: 1n,
        sequence: 1,
        attributes: span!.attributes,
        outcome: "success",
        exception: null,
        events: undefined,
        links: undefined
      }
    )
    expect(decodeLine(line, 1)).toMatchObject({ kind: "span" })
    expect(line.length).toBeLessThan(1000)
  })

  faultRow("scale", "an error with ten thousand nested causes: recorded with the first ones", async () => {
    let error = new Error("root")
    for (let level = 0; level < levels; level++) {
      error = new Error(`level ${level}`, { cause: error })
    }
    const [span] = await memorySpan(Telemetry.withSpan(Effect.die(error), "body", { error }))
    const causes = Array.from({ length: 8 }, (_, index) => `Caused by: Error: level ${levels - 2 - index}`)
    expect(span!.exception!.split("\n")).toEqual([`Error: level ${levels - 1}`, ...causes, "Caused by: …"])
  })
})

describe("a hundred thousand", () => {
  const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key${index}`, index]))

  faultRow(
    "scale",
    "100,000 attributes on a span and a metric: 128 are kept, the rest counted, in every sink",
    async (row) => {
      const body = Telemetry.emitMetric("calls", 1, many).pipe(Telemetry.withSpan("body", many))
      const shown = await inEverySink(body)
      expect(shown.map(({ spans }) => spans)).toEqual(shown.map(() => ["body success"]))
      const [span] = await memorySpan(body)
      row.note(`dropped ${String(span!.attributes["loom.dropped_attributes"])}`)
      expect(Object.keys(span!.attributes)).toHaveLength(129)
      expect(span!.attributes["loom.dropped_attributes"]).toBe(100_000 - 128)
    }
  )

  faultRow("scale", "100,000 annotations on one span: 128 are kept, the rest counted", async (row) => {
    const each = Effect.forEach(
      Array.from({ length: 100_000 }, (_, index) => index),
      (index) => Telemetry.annotate({ [`key${index}`]: index }),
      { discard: true }
    )
    const [span] = await memorySpan(Telemetry.withSpan(each, "body"))
    row.note(`dropped ${String(span!.attributes["loom.dropped_attributes"])}`)
    expect(Object.keys(span!.attributes)).toHaveLength(129)
  })

  faultRow("scale", "ten thousand concurrently open spans: each ends once, in every sink", async () => {
    const together = Effect.forEach(
      Array.from({ length: 10_000 }),
      () => Telemetry.withSpan(Effect.yieldNow(), "open"),
      { concurrency: "unbounded", discard: true }
    )
    const shown = await inEverySink(together)
    expect(shown.map(({ name, spans }) => [name, spans.length])).toEqual(shown.map(({ name }) => [name, 10_000]))
  })

  faultRow("scale", "100,000 concurrently open spans on a live console whose clock stands still", async () => {
    const stream = capture()
    const opened = Effect.forEach(Array.from({ length: 100_000 }), () => Telemetry.spanScoped("open"), {
      discard: true
    })
    await Effect.runPromise(
      Effect.scoped(opened).pipe(
        Effect.provide(ConsoleTelemetry.layer({ stream, color: false })),
        Effect.provide(TestContext.TestContext)
      )
    )
    expect(stream.lines()).toHaveLength(100_000)
  })
})
