/**
 * Two copies of this package in one program: they work as one, or are rejected with the reason. No record and no model call is counted twice.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import { describe, expect, it } from "@effect/vitest"
import { context, propagation, ROOT_CONTEXT } from "@opentelemetry/api"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Stream from "effect/Stream"
import * as root from "loom-telemetry"
import * as agent from "loom-telemetry/agent"
import * as otel from "loom-telemetry/otel"
import { add, arithmeticTools, calling } from "../agent/arithmetic.js"
import { outline } from "../contract/subject.js"
import { identityOf, inMemoryProviders, recordedIdentity } from "../otel/exported.js"
import { capturedWarnings } from "../sinks/recordingSinks.js"
import { type Copy, secondCopy } from "./secondCopy.js"

const first: Copy = { root, agent, otel }

/** Each of the copies instruments while the other one records. */
const ways = [["the first", "the second"], ["the second", "the first"]] as const

const copiesOf = ([one]: readonly [string, string]) =>
  Effect.map(
    Effect.promise(secondCopy),
    (second) => one === "the first" ? [first, second] as const : [second, first] as const
  )

interface Kept {
  readonly spans: Array<root.SpanRecord>
  readonly metrics: Array<root.MetricRecord>
}

/** A sink of a copy, and what it was given. */
const sinkOf = ({ root: { Telemetry } }: Copy, name: string) => {
  const kept: Kept = { spans: [], metrics: [] }
  const layer = Telemetry.layerSink({
    name,
    onSpanEnd: (span) => kept.spans.push(span),
    onMetric: (metric) => kept.metrics.push(metric)
  })
  return { kept, layer }
}

/** Every operation of `Telemetry`, and a span of a library. */
const program = ({ root: { RunContext, Telemetry } }: Copy) =>
  Effect.gen(function*() {
    yield* Telemetry.annotate({ found: 1 })
    yield* Telemetry.emitMetric("hits", 1)
    yield* Effect.withSpan(Telemetry.withSpan(Effect.void, "inner"), "library")
    yield* Effect.scoped(Telemetry.spanScoped("scoped"))
    yield* Stream.runDrain(Telemetry.withSpanStream(Stream.make(1), "stream"))
  }).pipe(Telemetry.withSpan("outer", { given: 1 }), RunContext.with({ userId: "alice" }))

const tree = ["outer", "  library", "    inner", "  scoped", "  stream"]

const isWhole = ({ metrics, spans }: Kept): void => {
  expect(outline(spans)).toEqual(tree)
  const outer = spans.find(({ name }) => name === "outer")!
  expect(outer.attributes).toEqual({ given: 1, user_id: "alice", found: 1 })
  expect(metrics).toMatchObject([{ name: "hits", value: 1, spanId: outer.spanId, attributes: { user_id: "alice" } }])
}

describe.each(ways)("with %s copy instrumenting and %s recording", (...way) => {
  it.effect("every span and metric is recorded once", () =>
    Effect.gen(function*() {
      const [one, other] = yield* copiesOf(way)
      const { kept, layer } = sinkOf(other, "sink")
      yield* Effect.provide(program(one), layer)
      isWhole(kept)
    }))

  it.effect("the service of one copy is the other's", () =>
    Effect.gen(function*() {
      const [one, other] = yield* copiesOf(way)
      const { kept, layer } = sinkOf(other, "sink")
      const used = Effect.flatMap(one.root.Telemetry, (telemetry) => telemetry.withSpan("bound")(Effect.void))
      yield* Effect.provide(used, layer as Layer.Layer<root.Telemetry>)
      expect(outline(kept.spans)).toEqual(["bound"])
    }))

  it.effect("a fan-out to sinks of both records once in each, with the same ids", () =>
    Effect.gen(function*() {
      const [one, other] = yield* copiesOf(way)
      const [mine, theirs] = [sinkOf(one, "mine"), sinkOf(other, "theirs")]
      const [warnings, logger] = capturedWarnings()
      yield* program(one).pipe(
        Effect.provide(one.root.MultiTelemetry.layer([mine.layer, theirs.layer as Layer.Layer<root.Telemetry>])),
        Effect.provide(logger)
      )
      isWhole(mine.kept)
      isWhole(theirs.kept)
      expect(mine.kept.spans.map(recordedIdentity)).toEqual(theirs.kept.spans.map(recordedIdentity))
      expect(warnings).toEqual([])
    }))

  it.effect("a fan-out inside a filter, a sampler and another fan-out does too", () =>
    Effect.gen(function*() {
      const [one, other] = yield* copiesOf(way)
      const [mine, theirs] = [sinkOf(one, "mine"), sinkOf(other, "theirs")]
      const inner = other.root.MultiTelemetry.layer([theirs.layer, mine.layer as Layer.Layer<root.Telemetry>])
      const filtered = other.root.FilteredTelemetry.layer(inner, () => true)
      const sampled = one.root.SampledTelemetry.head(filtered as Layer.Layer<root.Telemetry>, { ratio: 1 })
      yield* Effect.provide(program(one), one.root.MultiTelemetry.layer([sampled, mine.layer]))
      isWhole(mine.kept)
      isWhole(theirs.kept)
    }))

  it.effect("OpenTelemetry in one has the ids that the sink of the other records", () =>
    Effect.gen(function*() {
      const [one, other] = yield* copiesOf(way)
      const providers = inMemoryProviders()
      const { kept, layer } = sinkOf(one, "mine")
      const exporting = other.otel.OTelTelemetry.fromProviders(providers) as Layer.Layer<root.Telemetry>
      yield* Effect.provide(program(one), one.root.MultiTelemetry.layer([layer, exporting]))
      isWhole(kept)
      expect(providers.spans().map(identityOf)).toEqual(kept.spans.map(recordedIdentity))
    }))

  it("baggage and trace are passed on by the headers of either", async () => {
    const [one, other] = await Effect.runPromise(copiesOf(way))
    const runtime = ManagedRuntime.make(
      other.otel.OTelTelemetry.fromProviders(inMemoryProviders()) as Layer.Layer<root.Telemetry>
    )
    await runtime.runPromise(Effect.void)
    const baggage = propagation.createBaggage({ tenant: { value: "acme" } })
    const headers = await context.with(
      propagation.setBaggage(ROOT_CONTEXT, baggage),
      () => runtime.runPromise(one.root.Telemetry.withSpan(one.otel.traceHeaders, "out"))
    )
    await runtime.dispose()
    expect(headers).toEqual({ traceparent: expect.stringMatching(/^00-.*-01$/), baggage: "tenant=acme" })
  })

  it.effect("a sink inside the other copy's sink replaces it, as with one copy", () =>
    Effect.gen(function*() {
      const [one, other] = yield* copiesOf(way)
      const [inner, outer] = [sinkOf(one, "inner"), sinkOf(other, "outer")]
      yield* program(one).pipe(
        Effect.provide(inner.layer),
        other.root.Telemetry.withSpan("around"),
        Effect.provide(outer.layer)
      )
      const around = outer.kept.spans[0]!
      expect(outer.kept.spans.map(({ name }) => name)).toEqual(["around"])
      expect(inner.kept.spans.at(-1)).toMatchObject({ name: "outer", parentSpanId: around.spanId })
      expect(inner.kept.spans).toHaveLength(tree.length)
    }))

  it.effect("sinks next to each other in one list are reported once, with the remedy", () =>
    Effect.gen(function*() {
      const [one, other] = yield* copiesOf(way)
      const [warnings, logger] = capturedWarnings()
      yield* Effect.zip(program(one), program(other)).pipe(
        Effect.provide(Layer.mergeAll(sinkOf(one, "mine").layer, sinkOf(other, "theirs").layer)),
        Effect.provide(logger)
      )
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toContain("MultiTelemetry.layer([mine, theirs])")
    }))

  it.effect("a model that both instrument is measured once, with its tools", () =>
    Effect.gen(function*() {
      const [one, other] = yield* copiesOf(way)
      const { kept, layer } = sinkOf(other, "sink")
      const model = one.agent.instrumentLanguageModel().pipe(
        Layer.provide(other.agent.instrumentLanguageModel()),
        Layer.provide(one.agent.ScriptedModel.layer([calling(add("c1", 1, 2))]))
      )
      yield* Effect.flatMap(
        one.agent.instrumentToolkit(arithmeticTools),
        (toolkit) => LanguageModel.generateText({ prompt: "Add", toolkit })
      ).pipe(
        Effect.provide(arithmeticTools.toLayer({ add: ({ a, b }) => Effect.succeed(a + b) })),
        Effect.provide(model),
        Effect.provide(layer)
      )
      expect(outline(kept.spans)).toEqual(["loom.model.stream", "  loom.tool"])
      expect(kept.metrics.filter(({ name }) => name === "loom.tokens.input")).toHaveLength(1)
    }))
})

describe("copies of incompatible versions", () => {
  /** A sink as another version would build it. */
  const fromLater = () => {
    const { kept, layer } = sinkOf(first, "later")
    const later = Layer.map(layer, (outputs) => {
      const service = Context.get(outputs, root.Telemetry)
      // Later versions may pass anything, so none of it may be touched.
      return Context.add(outputs, root.Telemetry, { ...service, recording: { copyVersion: 2 } as never })
    })
    return { kept, later }
  }

  it.effect("are rejected in a fan-out, with the reason", () =>
    Effect.gen(function*() {
      const exit = yield* Effect.exit(
        Effect.provide(program(first), root.MultiTelemetry.layer([root.InMemoryTelemetryLive, fromLater().later]))
      )
      expect(exit._tag === "Failure" && Cause.pretty(exit.cause)).toContain(
        "A telemetry sink was refused. This program has two versions of loom-telemetry"
      )
    }))

  it.effect("leave the program unchanged, which is logged once", () =>
    Effect.gen(function*() {
      const { kept, later } = fromLater()
      const [warnings, logger] = capturedWarnings()
      const result = yield* Effect.as(Effect.zip(program(first), program(first)), "result").pipe(
        Effect.provide(later),
        Effect.provide(logger)
      )
      expect(result).toBe("result")
      expect(kept.metrics).toEqual([])
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toContain("two versions of loom-telemetry")
    }))
})
