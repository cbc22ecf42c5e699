/**
 * Unsampled spans are not exported, but the other sinks still record them, with valid ids.
 */
import { describe, expect, it } from "@effect/vitest"
import { ProxyTracerProvider, trace } from "@opentelemetry/api"
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler
} from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import * as Tracer from "effect/Tracer"
import { InMemoryTelemetry, MultiTelemetry, Telemetry } from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import { outline } from "../contract/subject.js"
import { capturedWarnings } from "../sinks/recordingSinks.js"
import { both, inMemoryProviders } from "./exported.js"

const program = Telemetry.withSpan(Effect.void, "inner").pipe(Effect.withSpan("library"), Telemetry.withSpan("outer"))

const sampledBy = (sampler: Sampler, body: Effect.Effect<void> = program) =>
  both(body, { providers: inMemoryProviders({ sampler }) })

const remote = (sampled: boolean) => Tracer.externalSpan({ traceId: "a".repeat(32), spanId: "b".repeat(16), sampled })

const names = (spans: ReadonlyArray<{ readonly name: string }>) => spans.map(({ name }) => name)

describe("a sampler", () => {
  it.effect("with ratio 0 exports nothing, while the other sinks record the complete tree with valid ids", () =>
    Effect.gen(function*() {
      const run = yield* sampledBy(new TraceIdRatioBasedSampler(0))
      expect(run.spans).toEqual([])
      expect(outline(run.records)).toEqual(["outer", "  library", "    inner"])
      expect(new Set(run.records.map(({ traceId }) => traceId)).size).toBe(1)
      for (const { spanId, traceId } of run.records) {
        expect(traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/)
        expect(spanId).toMatch(/^(?!0{16})[0-9a-f]{16}$/)
      }
    }))

  it.effect("that follows the parent exports only spans with a sampled remote parent", () =>
    Effect.gen(function*() {
      const sampler = new ParentBasedSampler({ root: new AlwaysOffSampler() })
      const taken = yield* sampledBy(sampler, Effect.withParentSpan(program, remote(true)))
      expect(names(taken.spans)).toEqual(["inner", "library", "outer"])
      const left = yield* sampledBy(
        new ParentBasedSampler({ root: new AlwaysOnSampler() }),
        Effect.withParentSpan(program, remote(false))
      )
      expect(left.spans).toEqual([])
      expect(names(left.records)).toEqual(["inner", "library", "outer"])
      expect(left.records[2]).toMatchObject({ traceId: "a".repeat(32), parentSpanId: "b".repeat(16) })
    }))

  it.effect("that excludes a root excludes its children, in every fiber", () =>
    Effect.gen(function*() {
      const sampler = new ParentBasedSampler({ root: new AlwaysOffSampler() })
      const run = yield* sampledBy(
        sampler,
        Effect.all([program, program], { concurrency: "unbounded", discard: true }).pipe(Telemetry.withSpan("root"))
      )
      expect(run.spans).toEqual([])
      expect(run.records).toHaveLength(7)
    }))

  it.effect("that excludes a span does not change its program or its annotations", () =>
    Effect.gen(function*() {
      const run = yield* both(
        Effect.log("said").pipe(Effect.zipRight(Effect.fail("no")), Telemetry.withSpan("body")),
        { providers: inMemoryProviders({ sampler: new AlwaysOffSampler() }) }
      )
      expect(run.exit).toMatchObject({ _tag: "Failure", cause: { _tag: "Fail", error: "no" } })
      expect(run.records[0]).toMatchObject({ outcome: "failure", events: [{ name: "said" }] })
    }))
})

describe("a provider without an SDK", () => {
  it.effect("leaves the ids to us, and a warning reports that nothing is exported", () =>
    Effect.gen(function*() {
      const [warnings, logger] = capturedWarnings()
      for (const tracerProvider of [new ProxyTracerProvider(), trace.getTracerProvider()]) {
        const spans = yield* Effect.zipRight(program, Effect.flatMap(InMemoryTelemetry, (memory) => memory.spans)).pipe(
          Effect.provide(
            MultiTelemetry.layer([InMemoryTelemetry.layer(), OTelTelemetry.fromProviders({ tracerProvider })])
          ),
          Effect.provide(logger)
        )
        expect(outline(spans)).toEqual(["outer", "  library", "    inner"])
        expect(spans[0]!.spanId).toMatch(/^(?!0{16})[0-9a-f]{16}$/)
      }
      expect(warnings).toHaveLength(2)
      expect(warnings[0]).toContain("An OpenTelemetry sink receives no spans")
    }))
})
