/**
 * Instrumentation that does not know Effect: our spans become parents of its spans, and its spans parents of ours.
 */
import { currentOtelSpan } from "@effect/opentelemetry/Tracer"
import { describe, expect, it } from "@effect/vitest"
import { context, ROOT_CONTEXT, trace } from "@opentelemetry/api"
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks"
import { AlwaysOffSampler, AlwaysOnSampler } from "@opentelemetry/sdk-trace-base"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Tracer from "effect/Tracer"
import { MultiTelemetry, Telemetry } from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import { both, exportedNamed, identityOf, inMemoryProviders, type Providers } from "./exported.js"

const active = Effect.sync(() => trace.getActiveSpan()?.spanContext().spanId)
const current = Effect.map(Effect.orDie(Effect.currentSpan), ({ spanId }) => spanId)

/** Runs a function inside a span created without Effect. */
const foreign = ({ tracerProvider }: Providers, name: string) =>
  tracerProvider.getTracer("another library").startActiveSpan(name, (span) => span.end())

/** Runs an effect while a span of other code is active. */
const fromOutside = <A>(providers: Providers, program: Effect.Effect<A, never, Telemetry>): Promise<A> => {
  const runtime = ManagedRuntime.make(OTelTelemetry.fromProviders(providers))
  return runtime.runPromise(Effect.void).then(() =>
    providers.tracerProvider.getTracer("another library").startActiveSpan("outside", async (span) => {
      const result = await runtime.runPromise(program)
      span.end()
      await runtime.dispose()
      return result
    })
  )
}

/** A fiber with a span resumes another fiber, which reads the active span outside and inside its own span. */
const wakingAnother = Effect.gen(function*() {
  const go = yield* Deferred.make<void>()
  const woken = yield* Effect.fork(
    Deferred.await(go).pipe(Effect.zipRight(active), Effect.zip(Telemetry.withSpan(active, "other")))
  )
  yield* Effect.promise(() => Promise.resolve()).pipe(
    Effect.zipRight(Deferred.succeed(go, undefined)),
    Effect.zipRight(Effect.promise(() => Promise.resolve())),
    Telemetry.withSpan("waking")
  )
  return yield* Fiber.join(woken)
})

describe("inside our spans", () => {
  it.effect("currentOtelSpan returns the SDK's span", () =>
    Effect.gen(function*() {
      const run = yield* both(
        Effect.tap(currentOtelSpan, (span) => Effect.sync(() => span.setAttribute("by", "hand"))).pipe(
          Telemetry.withSpan("body")
        )
      )
      expect((yield* run.exit).spanContext()).toEqual(exportedNamed(run, "body").spanContext())
      expect(exportedNamed(run, "body").attributes).toMatchObject({ by: "hand" })
    }))

  it.effect("the active span is ours, even after a pause, in a forked fiber and in a library's span", () =>
    Effect.gen(function*() {
      const look = Effect.all([active, current])
      const run = yield* both(
        Effect.all([
          look,
          Effect.zipRight(Effect.yieldNow(), look),
          Effect.zipRight(Effect.promise(() => Promise.resolve()), look),
          Effect.flatten(Effect.fork(look)),
          Effect.withSpan(look, "library")
        ]).pipe(Telemetry.withSpan("body"))
      )
      for (const [seen, own] of yield* run.exit) {
        expect(seen).toBe(own)
      }
    }))

  it.effect("spans of other instrumentation become children", () =>
    Effect.gen(function*() {
      const providers = inMemoryProviders()
      const run = yield* both(Telemetry.withSpan(Effect.sync(() => foreign(providers, "http")), "body"), { providers })
      expect(identityOf(exportedNamed(run, "http")).parentSpanId).toBe(
        identityOf(exportedNamed(run, "body")).spanId
      )
    }))

  it.effect("other instrumentation continues the trace of a remote parent, even without one of our spans", () =>
    Effect.gen(function*() {
      const providers = inMemoryProviders()
      const remote = Tracer.externalSpan({ traceId: "a".repeat(32), spanId: "b".repeat(16) })
      const run = yield* both(Effect.withParentSpan(Effect.sync(() => foreign(providers, "http")), remote), {
        providers
      })
      expect(identityOf(exportedNamed(run, "http"))).toMatchObject({
        traceId: remote.traceId,
        parentSpanId: remote.spanId
      })
    }))
})

describe("around our spans", () => {
  it.effect("a span of other instrumentation is the parent", () =>
    Effect.gen(function*() {
      const providers = inMemoryProviders()
      yield* Effect.promise(() => fromOutside(providers, Telemetry.withSpan(Effect.void, "ours")))
      const [ours, outside] = providers.spans().map(identityOf)
      expect(ours).toMatchObject({ name: "ours", traceId: outside!.traceId, parentSpanId: outside!.spanId })
    }))

  it.effect("a span of other instrumentation remains the parent after a pause and after one of our spans", () =>
    Effect.gen(function*() {
      const providers = inMemoryProviders()
      const unit = (name: string) => Telemetry.withSpan(Effect.yieldNow(), name)
      yield* Effect.promise(() =>
        fromOutside(providers, Effect.zipRight(unit("first"), Effect.zipRight(Effect.yieldNow(), unit("second"))))
      )
      const outside = exportedNamed({ spans: providers.spans() }, "outside")
      for (const name of ["first", "second"]) {
        expect(identityOf(exportedNamed({ spans: providers.spans() }, name)).parentSpanId).toBe(
          outside.spanContext().spanId
        )
      }
    }))

  it.effect("a resumed fiber keeps its own parent and ignores the span of the fiber that resumed it", () =>
    Effect.gen(function*() {
      for (const sampler of [new AlwaysOnSampler(), new AlwaysOffSampler()]) {
        const run = yield* both(wakingAnother, { providers: inMemoryProviders({ sampler }) })
        const other = run.records.find(({ name }) => name === "other")!
        expect(other.parentSpanId).toBeNull()
        expect(yield* run.exit).toEqual([undefined, other.spanId])
      }
    }))
})

describe("the context manager", () => {
  const isRegistered = () =>
    context.with(
      trace.setSpanContext(ROOT_CONTEXT, { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1 }),
      () => trace.getActiveSpan() !== undefined
    )

  it.effect("is installed while one of our layers is open, and removed when the last one closes", () =>
    Effect.gen(function*() {
      const layer = () => OTelTelemetry.fromProviders(inMemoryProviders())
      const look = Effect.sync(isRegistered)
      const [two, one] = yield* Effect.all([look.pipe(Effect.provide(layer())), look]).pipe(
        Effect.provide(MultiTelemetry.layer([layer()]))
      )
      expect([two, one, isRegistered()]).toEqual([true, true, false])
    }))

  it.effect("of another library is left in place", () =>
    Effect.gen(function*() {
      const theirs = new AsyncLocalStorageContextManager().enable()
      context.setGlobalContextManager(theirs)
      const run = yield* both(Telemetry.withSpan(Effect.all([active, current]), "body"))
      const [seen, own] = yield* run.exit
      expect([seen, isRegistered()]).toEqual([own, true])
      context.disable()
    }))
})
