import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import * as Tracer from "effect/Tracer"
import {
  ConsoleTelemetry,
  InMemoryTelemetry,
  Loom,
  MultiTelemetry,
  SampledTelemetry,
  type TailOptions,
  Telemetry
} from "loom-telemetry"
import { outline } from "../contract/subject.js"
import { capturedWarnings, Journal } from "./recordingSinks.js"
import { memory, names, sampled, stats, unit } from "./tailSampled.js"

/** What the sink received of these traces after they ended. */
const keptOf = <A, E>(options: TailOptions, traces: Effect.Effect<A, E>) =>
  Effect.zipRight(Effect.exit(traces), Effect.all({ held: memory, stats })).pipe(Effect.provide(sampled(options)))

describe("a trace is kept", () => {
  it.effect("completely if one of its spans failed, even if the program recovered", () =>
    Effect.gen(function*() {
      const failing = unit("before").pipe(
        Effect.zipRight(Effect.ignore(Telemetry.withSpan(Effect.fail("no"), "failing"))),
        Telemetry.withSpan("root")
      )
      const { held, stats } = yield* keptOf({}, Effect.all([unit("fine"), failing, unit("fine")]))
      expect(outline(held.spans)).toEqual(["root", "  before", "  failing [failure]"])
      expect(stats).toEqual({ kept: 3, dropped: 2, decidedEarly: 0, held: 0 })
    }))

  it.effect("not for an interruption alone, and not for failures with errors: false", () =>
    Effect.gen(function*() {
      const interrupted = Effect.exit(Telemetry.withSpan(Effect.interrupt, "interrupted"))
      expect((yield* keptOf({}, interrupted)).held.spans).toEqual([])
      const failed = Effect.exit(Telemetry.withSpan(Effect.fail("no"), "failed"))
      expect((yield* keptOf({ errors: false }, failed)).held.spans).toEqual([])
    }))

  it.effect("if it took longer than slowerThan, from its first span to its last", () =>
    Effect.gen(function*() {
      const lasting = (name: string, duration: string) =>
        Effect.gen(function*() {
          const fiber = yield* Effect.fork(Telemetry.withSpan(Effect.sleep(duration as "1 second"), name))
          yield* TestClock.adjust(duration as "1 second")
          yield* Fiber.join(fiber)
        })
      const traces = Effect.all([lasting("second", "1 second"), lasting("longer", "1001 millis")])
      expect(names((yield* keptOf({ slowerThan: "1 second" }, traces)).held.spans)).toEqual(["longer"])
    }))

  it.effect("if it cost more than costlierThan, all calls together", () =>
    Effect.gen(function*() {
      const cost = (value: number) => Loom.costUsd(value, { model: "m" })
      const trace = (name: string, ...costs: ReadonlyArray<number>) =>
        Effect.forEach(costs, (value) => Telemetry.withSpan(cost(value), "call")).pipe(Telemetry.withSpan(name))
      const traces = Effect.all([
        trace("cheap", 0.25, 0.25),
        trace("expensive", 0.25, 0.5),
        Telemetry.emitMetric("x", 9)
      ])
      const { held } = yield* keptOf({ costlierThan: 0.5 }, traces)
      expect(names(held.spans)).toEqual(["call", "call", "expensive"])
      expect(held.metrics.map((metric) => metric.value)).toEqual([0.25, 0.25, 0.25, 0.5, 9])
    }))

  it.effect("if keep returns true for its records", () =>
    Effect.gen(function*() {
      const keep: TailOptions["keep"] = (spans) => spans.at(-1)!.attributes["user_id"] === "alice"
      const of = (user: string) => Telemetry.withSpan(unit("inner"), "root", { user_id: user })
      expect((yield* keptOf({ keep }, Effect.all([of("bob"), of("alice")]))).held.spans).toMatchObject([
        { name: "inner" },
        { name: "root", attributes: { user_id: "alice" } }
      ])
    }))

  it.effect("otherwise by the ratio, like the traces that a head sampler of that ratio keeps", () =>
    Effect.gen(function*() {
      const journal = new Journal()
      const program = Effect.repeatN(unit("root"), 199)
      const layer = MultiTelemetry.layer([
        SampledTelemetry.tail(journal.layer("tail"), { ratio: 0.2 }),
        SampledTelemetry.head(InMemoryTelemetry.layer(), { ratio: 0.2 })
      ])
      const held = yield* Effect.provide(Effect.zipRight(program, memory), layer)
      expect(held.spans.length).toBeGreaterThan(5)
      expect(journal.whoSaid("start root")).toHaveLength(held.spans.length)
    }))

  it.effect("if `keep` throws, which is logged once", () =>
    Effect.gen(function*() {
      const [warnings, logger] = capturedWarnings()
      const keep = () => {
        throw new Error("no idea")
      }
      const { held } = yield* Effect.provide(keptOf({ keep }, Effect.all([unit("a"), unit("b")])), logger)
      expect(names(held.spans)).toEqual(["a", "b"])
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toContain("no idea")
    }))
})

describe("a trace is held", () => {
  it.effect("until none of its spans is open, even if it is flushed", () =>
    Effect.gen(function*() {
      const looking = Effect.gen(function*() {
        yield* Effect.ignore(Telemetry.withSpan(Effect.fail("no"), "failed"))
        yield* Telemetry.flush
        return [yield* memory, yield* stats] as const
      })
      const [[during, counted], after] = yield* Effect.all([Telemetry.withSpan(looking, "root"), memory]).pipe(
        Effect.provide(sampled())
      )
      expect(during.spans).toEqual([])
      expect(during.open).toEqual([])
      expect(counted).toEqual({ kept: 0, dropped: 0, decidedEarly: 0, held: 1 })
      expect(names(after.spans)).toEqual(["failed", "root"])
    }))

  it.effect("with its measurements in order, which lose their ids if it is dropped", () =>
    Effect.gen(function*() {
      const measured = (name: string, body: Effect.Effect<void, string>) =>
        Effect.ignore(Telemetry.withSpan(Effect.zipRight(Telemetry.emitMetric(name, 1), body), name))
      const { held } = yield* keptOf(
        {},
        Effect.all([measured("good", Effect.void), measured("bad", Effect.fail("no"))])
      )
      expect(held.metrics).toMatchObject([{ name: "good" }, { name: "bad", spanId: held.spans[0]!.spanId }])
      expect(held.metrics[0]).not.toHaveProperty("spanId")
    }))

  it.effect("while one of its daemons is running", () =>
    Effect.gen(function*() {
      const release = yield* Deferred.make<void>()
      const daemon = Effect.zipRight(Deferred.await(release), Effect.fail("no")).pipe(Telemetry.withSpan("daemon"))
      const program = Effect.gen(function*() {
        const fiber = yield* Effect.forkDaemon(daemon).pipe(
          Effect.tap(() => Effect.yieldNow()),
          Telemetry.withSpan("root")
        )
        const before = yield* memory
        yield* Deferred.succeed(release, undefined)
        yield* Fiber.await(fiber)
        return [before, yield* memory] as const
      })
      const [before, after] = yield* Effect.provide(program, sampled())
      expect(before.spans).toEqual([])
      expect(outline(after.spans)).toEqual(["root", "  daemon [failure]"])
    }))

  it.effect("and later spans follow its decision", () =>
    Effect.gen(function*() {
      const late = (root: Effect.Effect<void, string>) =>
        Effect.gen(function*() {
          const ended = yield* Deferred.make<void>()
          const work = Effect.zipRight(Telemetry.emitMetric("late", 1), Effect.fail("no")).pipe(
            Telemetry.withSpan("late")
          )
          const fiber = yield* Effect.forkDaemon(Effect.zipRight(Deferred.await(ended), work)).pipe(
            Effect.zipLeft(Effect.ignore(Telemetry.withSpan(root, "child"))),
            Telemetry.withSpan("root")
          )
          yield* Deferred.succeed(ended, undefined)
          yield* Fiber.await(fiber)
        })
      const kept = yield* keptOf({}, late(Effect.fail("no")))
      expect(outline(kept.held.spans)).toEqual(["root", "  child [failure]", "  late [failure]"])
      expect(kept.held.metrics[0]!.spanId).toBe(kept.held.spans[2]!.spanId)
      const left = yield* keptOf({}, late(Effect.void))
      expect(left.held.spans).toEqual([])
      expect(left.held.metrics).toMatchObject([{ name: "late", value: 1 }])
      expect(left.held.metrics[0]).not.toHaveProperty("spanId")
      expect(left.stats).toEqual({ kept: 0, dropped: 3, decidedEarly: 0, held: 0 })
    }))

  it.effect("and spans below one remote parent follow the first decision of their trace", () =>
    Effect.gen(function*() {
      const remote = Tracer.externalSpan({ traceId: "a".repeat(32), spanId: "b".repeat(16), sampled: true })
      const failing = Effect.ignore(Telemetry.withSpan(Effect.fail("no"), "failing"))
      const below = (program: Effect.Effect<void>) => Effect.withParentSpan(program, remote)
      const kept = yield* keptOf({}, Effect.zipRight(below(failing), below(unit("fine"))))
      expect(names(kept.held.spans)).toEqual(["failing", "fine"])
      const left = yield* keptOf({}, Effect.zipRight(below(unit("fine")), below(failing)))
      expect(left.held.spans).toEqual([])
    }))

  it.effect("and prints on the console as it would have without a sampler", () =>
    Effect.gen(function*() {
      for (const order of ["live", "tree"] as const) {
        const printed = (decorate: (layer: Layer.Layer<Telemetry>) => Layer.Layer<Telemetry>) =>
          Effect.gen(function*() {
            const lines: Array<string> = []
            const stream = { write: (line: string) => void lines.push(line.replace(/\(.*ms\)/, "(…)")) }
            const program = Telemetry.emitMetric("calls", 1).pipe(
              Effect.zipRight(Telemetry.annotate({ later: 2 })),
              Effect.zipRight(Effect.fail("no")),
              Telemetry.withSpan("inner", { first: 1 }),
              Telemetry.withSpan("root")
            )
            yield* Effect.exit(program).pipe(
              Effect.provide(decorate(ConsoleTelemetry.layer({ order, color: false, stream })))
            )
            return lines
          })
        const plain = yield* printed((layer) => layer)
        expect(plain.length).toBeGreaterThan(2)
        expect(yield* printed((layer) => SampledTelemetry.tail(layer))).toEqual(plain)
      }
    }))
})
