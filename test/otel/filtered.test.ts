/**
 * OpenTelemetry behind a filter or a sampler: excluded spans are not exported, exported ones have the same parents as in other sinks, and
 * metrics stay correct.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Tracer from "effect/Tracer"
import type { Telemetry as Service } from "loom-telemetry"
import {
  FilteredTelemetry,
  InMemoryTelemetry,
  MultiTelemetry,
  SampledTelemetry,
  type SpanPredicate,
  Telemetry
} from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import { identityOf, inMemoryProviders, instrumentNamed, type Providers, recordedIdentity } from "./exported.js"

const unit = (name: string) => Telemetry.withSpan(Effect.void, name)

const tree = Effect.zipRight(unit("c"), unit("d").pipe(Effect.withSpan("library"))).pipe(
  Telemetry.withSpan("b"),
  Telemetry.withSpan("a")
)

const without = (...names: ReadonlyArray<string>): SpanPredicate => (span) => !names.includes(span.name)

/** What was exported behind the filter, and the records of memory sinks with and without that filter. */
const behind = (keeps: SpanPredicate, program: Effect.Effect<void>, providers: Providers = inMemoryProviders()) =>
  Effect.gen(function*() {
    yield* program
    return yield* Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans)
  }).pipe(
    Effect.provide(
      FilteredTelemetry.layer(
        MultiTelemetry.layer([InMemoryTelemetry.layer(), OTelTelemetry.fromProviders(providers)]),
        keeps
      )
    ),
    Effect.map((spans) => ({ spans, exported: providers.spans() }))
  )

describe("behind a filter", () => {
  it.effect.each([[], ["b"], ["a"], ["a", "b"], ["library"], ["b", "library"], ["a", "b", "c", "library"]])(
    "the SDK exports the same spans with the same parents as the memory sink, without %s %s %s %s",
    (...names) =>
      Effect.gen(function*() {
        const { exported, spans } = yield* behind(without(...names.flat()), tree)
        expect(exported.map(identityOf)).toEqual(spans.map(recordedIdentity))
        expect(exported.length).toBeGreaterThan(0)
      })
  )

  it.effect("a span whose parent is excluded becomes a child of the remote parent", () =>
    Effect.gen(function*() {
      const remote = Tracer.externalSpan({ traceId: "a".repeat(32), spanId: "b".repeat(16), sampled: true })
      const { exported } = yield* behind(without("a", "b"), Effect.withParentSpan(tree, remote))
      const c = exported.find((span) => span.name === "c")!
      expect(c.parentSpanContext).toMatchObject({ spanId: "b".repeat(16), isRemote: true })
    }))

  it.effect("other sinks have the complete tree, with the ids of the SDK", () =>
    Effect.gen(function*() {
      const providers = inMemoryProviders()
      const otel = FilteredTelemetry.layer(OTelTelemetry.fromProviders(providers), without("b"))
      const spans = yield* Effect.zipRight(tree, Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans)).pipe(
        Effect.provide(MultiTelemetry.layer([InMemoryTelemetry.layer(), otel]))
      )
      expect(spans.map((span) => span.name)).toEqual(["c", "d", "library", "b", "a"])
      const exported = providers.spans().map(identityOf)
      expect(exported.map((span) => span.spanId)).toEqual(
        spans.filter((span) => span.name !== "b").map((span) => span.spanId)
      )
      expect(exported.map((span) => span.parentSpanId)).toEqual(
        [spans[4]!.spanId, spans[2]!.spanId, spans[4]!.spanId, null]
      )
    }))
})

/** A model call, and a call to a tool that the model made up. */
const calls = Effect.zipRight(
  Telemetry.withSpan(Effect.void, "loom.model.stream", { model: "m", provider: "p", tokens_in: 3 }),
  Telemetry.withSpan(Telemetry.emitMetric("loom.tool.duration_ms", 1, { tool: "_unknown", ok: false }), "loom.tool", {
    tool: "made-up"
  })
).pipe(Telemetry.withSpan("loom.run", { agent: "agent" }))

/** The GenAI metrics after the calls. */
const counted = (decorate: (otel: Layer.Layer<Service>) => Layer.Layer<Service>) =>
  Effect.gen(function*() {
    const providers = inMemoryProviders()
    yield* Effect.provide(calls, decorate(OTelTelemetry.fromProviders(providers)))
    const instruments = yield* providers.instruments
    const points = (name: string) =>
      instrumentNamed({ instruments }, name).points.map(({ attributes, value }) => [
        attributes["gen_ai.tool.name"] ?? attributes["gen_ai.request.model"] ?? attributes["gen_ai.agent.name"],
        typeof value === "object" ? value.count : value
      ])
    return {
      exported: providers.spans().map((span) => span.name),
      tokens: points("gen_ai.client.token.usage"),
      tools: points("gen_ai.execute_tool.duration"),
      agents: points("gen_ai.invoke_agent.duration"),
      own: instrumentNamed({ instruments }, "loom.tool.duration_ms").points.length
    }
  })

const alike = { tokens: [["m", 1]], tools: [["_unknown", 1]], agents: [["agent", 1]], own: 1 }

describe("metrics derived from spans", () => {
  it.effect("do not depend on the filter", () =>
    Effect.gen(function*() {
      expect(yield* counted((otel) => otel)).toMatchObject(alike)
      const none = { ...alike, exported: [] }
      expect(yield* counted((otel) => SampledTelemetry.head(otel, { ratio: 0 }))).toEqual(none)
      expect(yield* counted((otel) => SampledTelemetry.tail(otel))).toEqual(none)
      expect(yield* counted((otel) => FilteredTelemetry.layer(otel, () => false))).toEqual(none)
      expect(yield* counted((otel) => FilteredTelemetry.layer(otel, without("loom.tool")))).toEqual({
        ...alike,
        exported: ["loom.model.stream", "loom.run"]
      })
      expect(
        yield* counted((otel) =>
          FilteredTelemetry.layer(SampledTelemetry.tail(FilteredTelemetry.layer(otel, () => true)), without("loom.run"))
        )
      ).toEqual(none)
    }))
})

describe("behind a sampler", () => {
  it.effect("a trace is exported completely or not at all, in the order in which it was recorded", () =>
    Effect.gen(function*() {
      const providers = inMemoryProviders()
      const otel = SampledTelemetry.tail(OTelTelemetry.fromProviders(providers))
      const failing = Effect.ignore(Telemetry.withSpan(Effect.fail("no"), "failing")).pipe(Telemetry.withSpan("kept"))
      yield* Effect.provide(Effect.zipRight(tree, failing), otel)
      expect(providers.spans().map((span) => span.name)).toEqual(["failing", "kept"])
    }))
})
