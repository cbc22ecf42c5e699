import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Tracer from "effect/Tracer"
import { InMemoryTelemetry, MultiTelemetry, SampledTelemetry, Telemetry } from "loom-telemetry"
import { traceIdRatio } from "../../src/sinks/sampled/headObserver.js"
import { outline } from "../contract/subject.js"
import { Journal } from "./recordingSinks.js"

/** A trace id whose last 56 bits are these digits. */
const traceId = (random: string) => `${"a".repeat(32 - random.length)}${random}`

const unit = (name: string) => Telemetry.withSpan(Effect.void, name)

const work = Effect.zipRight(Telemetry.emitMetric("calls", 1), unit("child")).pipe(Telemetry.withSpan("root"))

/** The same work as part of a trace that started elsewhere. */
const workIn = (trace: string) =>
  Effect.withParentSpan(work, Tracer.externalSpan({ traceId: trace, spanId: "b".repeat(16), sampled: true }))

const memory = Effect.flatMap(InMemoryTelemetry, ({ metrics, open, spans }) => Effect.all({ spans, metrics, open }))

const half = SampledTelemetry.head(InMemoryTelemetry.layer(), { ratio: 0.5 })
const low = traceId("7fffffffffffff")
const high = traceId("80000000000000")

describe("head sampling keeps", () => {
  it("traces whose last 56 bits reach the specification's threshold", () => {
    // The example of the specification, 0xfd70a4 to six digits, at full precision: (1 - 0.01) * 2^56.
    expect(traceIdRatio(0.01)(traceId("fd70a3d70a3d6f"))).toBe(false)
    expect(traceIdRatio(0.01)(traceId("fd70a3d70a3d70"))).toBe(true)
    expect(traceIdRatio(0.5)(low)).toBe(false)
    expect(traceIdRatio(0.5)(high)).toBe(true)
  })

  it("all traces with ratio 1, none with ratio 0", () => {
    for (const random of ["00000000000000", "80000000000000", "ffffffffffffff"]) {
      expect(traceIdRatio(1)(traceId(random))).toBe(true)
      expect(traceIdRatio(0)(traceId(random))).toBe(false)
    }
  })

  it("at a higher ratio all traces that it keeps at a lower one", () => {
    const [tenth, third] = [traceIdRatio(0.1), traceIdRatio(1 / 3)]
    for (let step = 0; step < 256; step++) {
      const id = traceId(step.toString(16).padStart(2, "0").padEnd(14, "7"))
      expect(tenth(id) && !third(id)).toBe(false)
    }
  })

  it.effect("about the requested fraction of random traces", () =>
    Effect.gen(function*() {
      const kept = yield* Effect.zipRight(Effect.repeatN(unit("root"), 9_999), memory).pipe(Effect.provide(half))
      // Ten standard deviations.
      expect(Math.abs(kept.spans.length - 5_000)).toBeLessThan(500)
    }))
})

describe("a sampled sink", () => {
  it.effect("receives a trace whole or not at all", () =>
    Effect.gen(function*() {
      const held = yield* Effect.zipRight(Effect.zipRight(workIn(low), workIn(high)), memory).pipe(Effect.provide(half))
      expect(held.spans.map((span) => [span.name, span.traceId])).toEqual([["child", high], ["root", high]])
    }))

  it.effect("receives every measurement, without the ids of a dropped trace", () =>
    Effect.gen(function*() {
      const program = Effect.all([workIn(low), workIn(high), Telemetry.emitMetric("outside", 1)])
      const { metrics, spans } = yield* Effect.zipRight(program, memory).pipe(Effect.provide(half))
      expect(metrics.map(({ name, spanId, traceId }) => ({ name, spanId, traceId }))).toEqual([
        { name: "calls", spanId: undefined, traceId: undefined },
        { name: "calls", spanId: spans[1]!.spanId, traceId: high },
        { name: "outside", spanId: undefined, traceId: undefined }
      ])
    }))

  it.effect("lists no open span of a dropped trace", () =>
    Effect.gen(function*() {
      const open = Effect.flatMap(InMemoryTelemetry, (held) => held.open).pipe(Telemetry.withSpan("root"))
      const during = (trace: string) =>
        Effect.withParentSpan(open, Tracer.externalSpan({ traceId: trace, spanId: "b".repeat(16), sampled: true }))
      expect((yield* Effect.provide(during(low), half)).map((span) => span.name)).toEqual([])
      expect((yield* Effect.provide(during(high), half)).map((span) => span.name)).toEqual(["root"])
    }))

  it.effect("agrees with others of the same ratio, and works next to unsampled sinks", () =>
    Effect.gen(function*() {
      const [one, other] = [new Journal(), new Journal()]
      const layer = MultiTelemetry.layer([
        SampledTelemetry.head(one.layer("sampled"), { ratio: 0.3 }),
        InMemoryTelemetry.layer(),
        SampledTelemetry.head(MultiTelemetry.layer([other.layer("sampled")]), { ratio: 0.3 })
      ])
      const held = yield* Effect.zipRight(Effect.repeatN(work, 99), memory).pipe(Effect.provide(layer))
      expect(held.spans).toHaveLength(200)
      expect(one.whoSaid("start child").length).toBeGreaterThan(5)
      expect(one.entries).toEqual(other.entries)
    }))

  it.effect("counts the spans that it kept and dropped", () =>
    Effect.gen(function*() {
      const stats = Effect.flatMap(SampledTelemetry, (sampled) => sampled.stats)
      const counted = yield* Effect.all([workIn(low), workIn(high), workIn(high)]).pipe(
        Effect.zipRight(stats),
        Effect.provide(
          SampledTelemetry.head(MultiTelemetry.layer([InMemoryTelemetry.layer(), new Journal().layer("b")]), {
            ratio: 0.5
          })
        )
      )
      expect(counted).toEqual({ kept: 4, dropped: 2, decidedEarly: 0, held: 0 })
    }))

  it.effect("keeps its outputs, its ids and its name in warnings", () =>
    Effect.gen(function*() {
      const sinks = Effect.map(Telemetry, (telemetry) => telemetry.sinks)
      const all = SampledTelemetry.head(InMemoryTelemetry.layer(), { ratio: 1 })
      const [names, held] = yield* Effect.provide(Effect.zipRight(work, Effect.all([sinks, memory])), all)
      expect(names).toEqual(["sampled(memory)"])
      expect(outline(held.spans)).toEqual(["root", "  child"])
    }))
})

describe("an invalid ratio", () => {
  it.effect.each([NaN, -0.1, 1.1, Infinity])(
    "is a defect that names the remedy: %f",
    (ratio) =>
      Effect.gen(function*() {
        const layer = SampledTelemetry.head(InMemoryTelemetry.layer(), { ratio })
        const exit = yield* Effect.exit(Effect.provide(work, layer))
        const text = Exit.isFailure(exit) && Cause.isDieType(exit.cause) ? Cause.pretty(exit.cause) : ""
        expect(text).toContain(`\`ratio\` must be a fraction from 0 to 1, but it is ${ratio}. Use`)
      })
  )
})
