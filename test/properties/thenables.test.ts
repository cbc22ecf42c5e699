/**
 * No attribute crashes a program: whatever thenable a value contains or returns, at any place, no rejection is unhandled, no query is started, and
 * the program's result does not change.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type * as Tracer from "effect/Tracer"
import fc from "fast-check"
import {
  ConsoleTelemetry,
  FilteredTelemetry,
  InMemoryTelemetry,
  MultiTelemetry,
  RunContext,
  SampledTelemetry,
  Telemetry
} from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import { describe, expect, it } from "vitest"
import { Redaction } from "../../src/telemetry/Redaction.js"
import { inMemoryProviders } from "../otel/exported.js"
import { foreignTracer } from "../telemetry/foreignTracers.js"
import { allKinds, type Kind, type Thenable, thenable, World } from "./thenables.js"
import { unhandledIn } from "./unhandled.js"

/** A value of any type, as a caller in JavaScript may pass it. */
const untyped = <A>(value: unknown): A => value as A

/** An object that creates its value each time it is read. */
const lazy = (make: () => unknown) => ({
  get v() {
    return make()
  }
})

/** Builds the values of a run. */
interface Makes {
  /** A value that is inspected. */
  readonly value: () => unknown
  /** A thenable for places where a value is dropped without inspection. */
  readonly one: () => unknown
  /** Attributes that create their values when they are read. */
  readonly getters: () => Record<string, unknown>
}

/** Uses our own combinators. */
const inOurs = ({ getters, one, value }: Makes) =>
  Effect.gen(function*() {
    yield* Telemetry.annotate({ v: value(), password: one(), "url.query": one() })
    yield* Telemetry.annotate(() => getters())
    yield* Telemetry.annotate(untyped(async () => getters()))
    yield* Telemetry.annotate(untyped(one()))
    yield* Telemetry.emitMetric("m", 1, { v: value() })
    yield* Telemetry.emitMetric("m", 1, getters())
    yield* Telemetry.emitMetric("m", untyped(one()))
    yield* Telemetry.emitMetric(untyped(one()), 1)
    yield* Telemetry.score("s", { value: 1, attributes: { v: value() } })
    yield* Telemetry.score("s", { value: 1, attributes: getters() })
    yield* Telemetry.score(untyped(one()), untyped(one()))
    yield* Telemetry.score("s", untyped({ value: one(), label: one(), explanation: one(), source: one() }))
    yield* Telemetry.scoreOf(untyped(one()), "s", { value: 1, attributes: untyped(one()) })
    yield* Telemetry.scoreOf(untyped({ traceId: one(), spanId: one() }), "s", { value: 1 })
    yield* Telemetry.withSpan(Effect.void, untyped(one()), lazy(value))
    yield* Effect.exit(Telemetry.withSpan(Effect.fail(value()), "fails", { v: value() }))
    yield* Effect.exit(Telemetry.withSpan(Effect.die(new Error("dies", { cause: one() })), "dies"))
    yield* Effect.exit(
      Telemetry.withSpan(Effect.failCause(Cause.parallel(Cause.fail(value()), Cause.die(one()))), "fails twice")
    )
    yield* Effect.scoped(Telemetry.spanScoped("scoped", { v: value() }))
  }).pipe(
    Telemetry.withSpan("ours", { v: value() }),
    Effect.provideService(RunContext, untyped(Object.defineProperty({ userId: value() }, "sessionId", { get: one })))
  )

/** Uses Effect as other libraries do. Effect itself reads the attributes of a span a second time. */
const inLibraries = ({ getters, one, value }: Makes) =>
  Effect.gen(function*() {
    const span = yield* Effect.orDie(Effect.currentSpan)
    yield* Effect.annotateCurrentSpan("v", value())
    yield* Effect.annotateCurrentSpan(lazy(value))
    // In an array, because Effect hashes annotations.
    yield* Effect.logInfo("said").pipe(Effect.annotateLogs({ v: [value()] }))
    yield* Effect.linkSpans(Effect.withSpan(Effect.void, "linked"), span, { v: value() })
    span.event("event", 1n, { v: value() })
    span.event(untyped(one()), 1n, getters())
    span.addLinks([{ _tag: "SpanLink", span, attributes: getters() }])
    yield* Effect.exit(Effect.withSpan(Effect.fail(value()), "fails"))
    yield* Effect.exit(Effect.withSpan(Effect.die(new Error("dies", { cause: one() })), "dies"))
    return span
  }).pipe(
    Effect.withSpan("library", { attributes: { v: value(), password: one() } }),
    Effect.withSpan("lazy", { attributes: lazy(value) }),
    Effect.annotateSpans("annotated", [value()]),
    // The span has ended.
    Effect.tap((span) => Effect.sync(() => span.attribute("late", one())))
  )

const everywhere = (world: World, recipe: Thenable, kind: Kind): Effect.Effect<string> => {
  const value = () => world.build(recipe)
  const makes: Makes = { value, one: () => world.one(kind), getters: () => world.getters([recipe, recipe]) }
  return inOurs(makes).pipe(Effect.zipRight(inLibraries(makes)), Effect.as("its own result"))
}

// Effect's own logger writes annotations as JSON, and calls their `toJSON`.
const quiet = Logger.remove(Logger.defaultLogger)

const runtimeOf = <A>(layer: Layer.Layer<A>, tracer?: Tracer.Tracer) =>
  ManagedRuntime.make(
    Layer.provideMerge(layer, tracer === undefined ? quiet : Layer.merge(quiet, Layer.setTracer(tracer)))
  )

const anyKind = fc.constantFrom(...allKinds)

/** Each kind at least once in each place. */
const examples = allKinds.flatMap((kind): ReadonlyArray<[Thenable, Kind]> => [
  [{ make: "one", kind }, kind],
  // At the maximum depth, in an array with one element.
  [{ make: "deep", levels: 7, kind }, kind]
])

type Run = (program: Effect.Effect<string>) => string

const holds = async (run: Run, recipe: Thenable, kind: Kind): Promise<number> => {
  const world = new World()
  const unhandled = await unhandledIn(() => {
    expect(run(everywhere(world, recipe, kind))).toBe("its own result")
    world.rejectAll()
  })
  expect(unhandled).toEqual([])
  expect(world.begun).toEqual([])
  return world.promises()
}

const memory = InMemoryTelemetry.layer()

const everySink = MultiTelemetry.layer([
  memory,
  ConsoleTelemetry.layer({ stream: { write: () => true } }),
  ConsoleTelemetry.layer({ stream: { write: () => true }, order: "tree" }),
  Telemetry.layerSink({
    name: "custom",
    onSpanStart: () => {},
    onSpanEnd: () => {},
    onMetric: () => {},
    onScore: () => {}
  }),
  OTelTelemetry.fromProviders(inMemoryProviders())
])

/** Where programs run. Fewer are enough outside of memory, because every sink only reads sanitized values. */
const subjects = [
  { where: "in memory", runs: 1000, layer: memory, tracer: undefined },
  { where: "in every sink at once", runs: 200, layer: everySink, tracer: undefined },
  { where: "over another tracer", runs: 200, layer: memory, tracer: foreignTracer().tracer }
]

describe("a thenable in a value", () => {
  for (const { layer, runs, tracer, where } of subjects) {
    it(`does not crash any of ${runs} programs ${where}, at every place that takes a value`, async () => {
      const runtime = runtimeOf(layer, tracer)
      let promises = 0
      await fc.assert(
        fc.asyncProperty(thenable, anyKind, async (recipe, kind) => {
          promises += await holds((program) => runtime.runSync(program), recipe, kind)
        }),
        { numRuns: runs, examples }
      )
      await runtime.dispose()
      expect(promises).toBeGreaterThan(runs)
    }, 120_000)
  }

  it("may be returned by a custom redaction rule", async () => {
    for (const kind of allKinds) {
      const world = new World()
      const redaction = Layer.succeed(Redaction, Redaction.make({ redact: () => untyped(world.one(kind)) }))
      const runtime = runtimeOf(Layer.provide(memory, redaction))
      const program = Effect.fail("no").pipe(
        Telemetry.withSpan("fails", { a: 1 }),
        Effect.catchAll(() => Telemetry.emitMetric("m", 1, { a: 1 })),
        Effect.withSpan("library", { attributes: { a: 1 } })
      )
      const unhandled = await unhandledIn(() => {
        runtime.runSync(program)
        world.rejectAll()
      })
      expect([kind, unhandled, world.begun]).toEqual([kind, [], []])
      await runtime.dispose()
    }
  })

  it("may be returned by a predicate or a sampler", async () => {
    for (const kind of allKinds) {
      const world = new World()
      const one = () => untyped<boolean>(world.one(kind))
      const runtime = runtimeOf(SampledTelemetry.tail(FilteredTelemetry.layer(memory, one), { keep: one }))
      const unhandled = await unhandledIn(() => {
        runtime.runSync(Telemetry.withSpan(Effect.void, "s"))
        world.rejectAll()
      })
      expect([kind, unhandled, world.begun]).toEqual([kind, [], []])
      await runtime.dispose()
    }
  })
})
