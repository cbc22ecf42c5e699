/**
 * A program is interrupted after its first operation, after its second, and so on until it completes: none of our spans ever stays open or ends
 * twice.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { SpanRecord, SpanStart } from "loom-telemetry"
import { FilteredTelemetry, MultiTelemetry, SampledTelemetry, Telemetry } from "loom-telemetry"
import { interruptAt } from "./interrupter.js"

/** A sink that records which spans opened and ended. */
class Watch {
  readonly opened: Array<SpanStart> = []
  readonly ended: Array<SpanRecord> = []
  readonly layer = Telemetry.layerSink({
    name: "watch",
    onSpanStart: (span) => this.opened.push(span),
    onSpanEnd: (span) => this.ended.push(span)
  })

  forget(): void {
    this.opened.length = 0
    this.ended.length = 0
  }
}

const unit = (name: string) => Telemetry.withSpan(Effect.yieldNow(), name)

/** None of them waits for time, so they can run on a separate queue. */
const programs: { readonly [name: string]: Effect.Effect<unknown, unknown> } = {
  "a single span": unit("a"),
  "nested spans": unit("a").pipe(Telemetry.withSpan("b"), Telemetry.withSpan("c"), Effect.zipRight(unit("d"))),
  "parallel spans": Effect.all([unit("a"), unit("b"), unit("c")], { concurrency: "unbounded" }).pipe(
    Telemetry.withSpan("all")
  ),
  "forks, daemons and joins": Effect.gen(function*() {
    const child = yield* Effect.fork(unit("child"))
    const daemon = yield* Effect.forkDaemon(unit("daemon"))
    yield* Fiber.join(child)
    yield* Fiber.join(daemon)
  }).pipe(Telemetry.withSpan("parent")),
  "a race": Effect.race(unit("winner"), Effect.never.pipe(Telemetry.withSpan("loser"))).pipe(
    Telemetry.withSpan("race")
  ),
  "recovered failures": Effect.fail("no").pipe(
    Telemetry.withSpan("failing"),
    Effect.catchAll(() => unit("recovery")),
    Effect.ensuring(unit("finalizer")),
    Telemetry.withSpan("around")
  ),
  "a stream": Stream.make("a", "b").pipe(
    Stream.tap(unit),
    Telemetry.withSpanStream("stream"),
    Stream.runDrain,
    Telemetry.withSpan("consumer")
  ),
  "a stream that is abandoned early": Stream.make("a", "b", "c").pipe(
    Stream.rechunk(1),
    Stream.tap(unit),
    Telemetry.withSpanStream("stream"),
    Stream.take(1),
    Stream.runDrain
  ),
  "scoped spans": Effect.scoped(Effect.gen(function*() {
    const outer = yield* Telemetry.spanScoped("outer")
    yield* Effect.withParentSpan(Effect.zipRight(Telemetry.spanScoped("inner"), unit("body")), outer)
  })),
  "fibers that wait for each other": Effect.gen(function*() {
    const ready = yield* Deferred.make<void>()
    const fiber = yield* Effect.fork(Deferred.await(ready).pipe(Telemetry.withSpan("waiting")))
    yield* Deferred.succeed(ready, undefined).pipe(Telemetry.withSpan("releasing"))
    yield* Fiber.join(fiber)
  }),
  "a resource": Effect.acquireUseRelease(unit("acquire"), () => unit("use"), () => unit("release")).pipe(
    Telemetry.withSpan("around")
  ),
  "the bound service": Effect.flatMap(
    Effect.serviceOption(Telemetry),
    (found) => found._tag === "Some" ? unit("inside").pipe(found.value.withSpan("bound")) : Effect.die("no telemetry")
  )
}

const expectNoneTwice = ({ ended }: Watch): void => {
  expect(new Set(ended.map((span) => span.spanId)).size).toBe(ended.length)
}

const expectAllClosed = ({ ended, opened }: Watch): void => {
  const names = (spans: ReadonlyArray<SpanStart>) => spans.map((span) => `${span.name} ${span.spanId}`).toSorted()
  expect(names(ended)).toEqual(names(opened))
}

/** Sinks that have every span as soon as its trace has ended. */
const sinks: { readonly [name: string]: (watch: Watch) => Layer.Layer<Telemetry> } = {
  "in a fan-out": ({ layer }) => MultiTelemetry.layer([layer]),
  "behind a filter and a sampler": ({ layer }) =>
    SampledTelemetry.tail(FilteredTelemetry.layer(layer, ({ name }) => name !== "b"), { ratio: 1 })
}

describe.each(Object.keys(sinks))("interruption at every operation, %s", (where) => {
  it.scoped.each(Object.keys(programs))("closes each of our spans once: %s", (name) =>
    Effect.gen(function*() {
      const watch = new Watch()
      const runtime = yield* Layer.toRuntime(sinks[where]!(watch))
      let hung = 0
      let interrupted = 0
      for (let at = 1, operations = at; operations >= at; at++) {
        watch.forget()
        const run = interruptAt(runtime, programs[name]!, at)
        operations = run.operations
        expectNoneTwice(watch)
        if (run.isDone) {
          expectAllClosed(watch)
        } else {
          hung++
        }
        interrupted += watch.ended.some((span) => span.outcome === "interrupted") ? 1 : 0
      }
      expect(interrupted).toBeGreaterThan(0)
      // Effect 3.22 itself never returns from some interruptions during a fork, with or without telemetry.
      expect(hung).toBeLessThan(5)
    }), 120_000)
})
