/**
 * Scores in OpenTelemetry: an event on the scored span while it is open; later scores are counted.
 */
import { describe, expect, it } from "@effect/vitest"
import { AlwaysOffSampler, InMemorySpanExporter } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { FilteredTelemetry, InMemoryTelemetry, MultiTelemetry, SampledTelemetry, Telemetry } from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import { capturedWarnings } from "../sinks/recordingSinks.js"
import { exportedNamed, inMemoryProviders } from "./exported.js"

const stats = Effect.flatMap(OTelTelemetry, (otel) => otel.stats)

const eventsOf = (providers: ReturnType<typeof inMemoryProviders>, name: string) =>
  exportedNamed({ spans: providers.spans() }, name).events.map(({ attributes, name }) => [name, attributes])

const evaluation = "gen_ai.evaluation.result"

describe("a score in OpenTelemetry", () => {
  it.effect("is an event of its open span, with the attributes of the conventions", () =>
    Effect.gen(function*() {
      const providers = inMemoryProviders()
      yield* Effect.gen(function*() {
        yield* Telemetry.score("correctness", {
          value: 0.25,
          label: "wrong",
          explanation: "off by one",
          source: "model",
          attributes: { rubric: "v2", "gen_ai.evaluation.name": "forged" }
        })
        yield* Telemetry.score("tone", { label: "kind" })
      }).pipe(
        Telemetry.withSpan("inner"),
        Telemetry.withSpan("outer"),
        Effect.provide(OTelTelemetry.fromProviders(providers))
      )
      expect(eventsOf(providers, "inner")).toEqual([
        [evaluation, {
          "gen_ai.evaluation.name": "correctness",
          "gen_ai.evaluation.score.value": 0.25,
          "gen_ai.evaluation.score.label": "wrong",
          "gen_ai.evaluation.explanation": "off by one",
          "loom.score.source": "model",
          rubric: "v2"
        }],
        [evaluation, {
          "gen_ai.evaluation.name": "tone",
          "gen_ai.evaluation.score.label": "kind",
          "loom.score.source": "code"
        }]
      ])
      expect(eventsOf(providers, "outer")).toEqual([])
    }))

  it.effect("is not an event of the record in other sinks", () =>
    Effect.gen(function*() {
      const { scores, spans } = yield* Effect.gen(function*() {
        yield* Telemetry.score("s", { value: 1 }).pipe(Telemetry.withSpan("answer"))
        return yield* Effect.flatMap(InMemoryTelemetry, ({ scores, spans }) => Effect.all({ scores, spans }))
      }).pipe(
        Effect.provide(
          MultiTelemetry.layer([InMemoryTelemetry.layer(), OTelTelemetry.fromProviders(inMemoryProviders())])
        )
      )
      expect(spans.map(({ events }) => events)).toEqual([[]])
      expect(scores).toMatchObject([{ name: "s", spanId: spans[0]!.spanId }])
    }))

  it.effect("is an event of an open span given by its ids", () =>
    Effect.gen(function*() {
      const providers = inMemoryProviders()
      yield* Effect.gen(function*() {
        const { spanId, traceId } = yield* Effect.currentSpan
        yield* Telemetry.scoreOf({ traceId, spanId }, "s", { value: 1 }).pipe(Telemetry.withSpan("judge"))
      }).pipe(Telemetry.withSpan("answer"), Effect.provide(OTelTelemetry.fromProviders(providers)))
      expect([eventsOf(providers, "answer").length, eventsOf(providers, "judge").length]).toEqual([1, 0])
    }))

  it.effect("of an ended span or of a trace is counted as dropped and logged once", () =>
    Effect.gen(function*() {
      const [warnings, logger] = capturedWarnings()
      const { counted, exported } = yield* Effect.gen(function*() {
        const exporter = new InMemorySpanExporter()
        const counted = yield* Effect.gen(function*() {
          const { spanId, traceId } = yield* Effect.orDie(Effect.currentSpan).pipe(Telemetry.withSpan("answer"))
          yield* Telemetry.scoreOf({ traceId, spanId }, "late", { value: 1 })
          yield* Telemetry.scoreOf({ traceId }, "whole", { value: 1 })
          yield* Telemetry.flush
          return yield* stats
        }).pipe(Effect.provide(OTelTelemetry.layer({ spanExporter: exporter })))
        return { counted, exported: exporter.getFinishedSpans().flatMap(({ events }) => events) }
      }).pipe(Effect.provide(logger))
      expect(counted).toMatchObject({ accepted: 3, written: 1, queued: 0, dropped: { no_logs: 2 } })
      expect(exported).toEqual([])
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toContain("counted in `stats`")
    }))

  it.effect("of an ended span is counted with custom providers too", () =>
    Effect.gen(function*() {
      const traceId = "0af7651916cd43dd8448eb211c80319c"
      const counted = yield* Effect.zipRight(Telemetry.scoreOf({ traceId }, "s", { value: 1 }), stats).pipe(
        Effect.provide(OTelTelemetry.fromProviders(inMemoryProviders())),
        Effect.provide(capturedWarnings()[1])
      )
      expect(counted).toMatchObject({ accepted: 1, dropped: { no_logs: 1 } })
    }))

  it.effect("of a span that the SDK does not sample is neither exported nor counted, like the span", () =>
    Effect.gen(function*() {
      const providers = inMemoryProviders({ sampler: new AlwaysOffSampler() })
      const counted = yield* Effect.zipRight(
        Telemetry.score("s", { value: 1 }).pipe(Telemetry.withSpan("answer")),
        stats
      ).pipe(Effect.provide(OTelTelemetry.fromProviders(providers)))
      expect([providers.spans().length, counted.accepted]).toEqual([0, 0])
    }))

  it.effect("of a span that a filter drops is not moved to another span", () =>
    Effect.gen(function*() {
      const providers = inMemoryProviders()
      const layer = FilteredTelemetry.layer(OTelTelemetry.fromProviders(providers), ({ name }) => name !== "left out")
      const counted = yield* Effect.zipRight(
        Telemetry.score("s", { value: 1 }).pipe(Telemetry.withSpan("left out"), Telemetry.withSpan("kept")),
        stats
      ).pipe(Effect.provide(layer), Effect.provide(capturedWarnings()[1]))
      expect([eventsOf(providers, "kept"), counted.dropped.no_logs]).toEqual([[], 1])
    }))

  it.effect("is an event of its span if a tail sampler keeps the trace, and dropped otherwise", () =>
    Effect.gen(function*() {
      const providers = inMemoryProviders()
      const layer = SampledTelemetry.tail(OTelTelemetry.fromProviders(providers))
      const judged = Telemetry.score("s", { value: 0 })
      yield* Effect.gen(function*() {
        yield* Effect.ignore(Telemetry.withSpan(Effect.zipRight(judged, Effect.fail("no")), "fails"))
        yield* Telemetry.withSpan(judged, "fine")
        expect((yield* stats).accepted).toBe(0)
      }).pipe(Effect.provide(layer))
      expect(eventsOf(providers, "fails").map(([name]) => name)).toEqual([evaluation, "exception"])
      expect(providers.spans()).toHaveLength(1)
    }))

  it.effect("is not recorded by OTelTelemetry.disabled", () =>
    Effect.gen(function*() {
      yield* Telemetry.score("s", { value: 1 }).pipe(Telemetry.withSpan("answer"))
      expect((yield* stats).accepted).toBe(0)
    }).pipe(Effect.provide(Layer.fresh(OTelTelemetry.disabled))))
})
