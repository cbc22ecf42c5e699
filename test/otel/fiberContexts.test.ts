/**
 * Fibers without a span belong to the OpenTelemetry context in which they were started, not to that of whatever woke them.
 */
import { describe, expect, it } from "@effect/vitest"
import { trace } from "@opentelemetry/api"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import { Telemetry } from "loom-telemetry"
import { continueTrace } from "loom-telemetry/otel"
import { exportedNamed, identityOf, inMemoryProviders } from "./exported.js"
import { unit, withRuntime } from "./runtimes.js"

describe("a fiber without a span", () => {
  it("that waits on a queue does not adopt the remote parent of the offering fiber", async () => {
    const providers = inMemoryProviders()
    await withRuntime(providers, async (runtime) => {
      const queue = await runtime.runPromise(Queue.unbounded<string>())
      const worker = runtime.runFork(Effect.forever(Effect.flatMap(Queue.take(queue), unit)))
      const offering = continueTrace({ traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` })(
        Effect.zipRight(Queue.offer(queue, "job"), Effect.sleep(5))
      )
      await runtime.runPromise(offering)
      await runtime.runPromise(worker.interruptAsFork(worker.id()))
    })
    expect(providers.spans().map(identityOf)).toMatchObject([{ name: "job", parentSpanId: null }])
    expect(providers.spans()[0]!.spanContext().traceId).not.toBe("a".repeat(32))
  })

  for (const isWarm of [true, false]) {
    it(`belongs to the trace of its own request, with 20 concurrent requests (${isWarm ? "a built" : "an unbuilt"} runtime)`, async () => {
      const providers = inMemoryProviders()
      const http = providers.tracerProvider.getTracer("http")
      await withRuntime(providers, async (runtime) => {
        const permits = Effect.unsafeMakeSemaphore(1)
        const handle = (n: number) => permits.withPermits(1)(Effect.zipRight(Effect.sleep(1), unit(`handle ${n}`)))
        await Promise.all(Array.from({ length: 20 }, (_, n) =>
          http.startActiveSpan(`request ${n}`, async (span) => {
            await runtime.runPromise(handle(n))
            span.end()
          })))
      }, isWarm)
      const own = Array.from({ length: 20 }, (_, n) => {
        const request = exportedNamed({ spans: providers.spans() }, `request ${n}`).spanContext()
        const handled = exportedNamed({ spans: providers.spans() }, `handle ${n}`)
        const isChild = handled.parentSpanContext?.spanId === request.spanId
        const isRoot = handled.parentSpanContext === undefined
        return isChild ? "child" : isRoot ? "root" : "another's"
      })
      // While the runtime is still being built, only the first request is known; the others start their own traces.
      expect(own).toEqual(own.map((_, n) => isWarm || n === 0 ? "child" : "root"))
    })
  }

  it("that was started at boot is not a child of whatever wakes it", async () => {
    const providers = inMemoryProviders()
    const http = providers.tracerProvider.getTracer("http")
    await withRuntime(providers, async (runtime) => {
      const queue = await runtime.runPromise(Queue.unbounded<string>())
      const worker = await runtime.runPromise(
        Effect.forkDaemon(Effect.forever(Effect.flatMap(Queue.take(queue), unit)))
      )
      for (const name of ["one", "two"]) {
        await http.startActiveSpan("request", async (span) => {
          await runtime.runPromise(Queue.offer(queue, name))
          await runtime.runPromise(
            Telemetry.withSpan(Effect.zipRight(Queue.offer(queue, `${name} again`), Effect.sleep(2)), "ours")
          )
          span.end()
        })
      }
      await runtime.runPromise(worker.interruptAsFork(worker.id()))
    })
    for (const name of ["one", "two", "one again", "two again"]) {
      expect(identityOf(exportedNamed({ spans: providers.spans() }, name)).parentSpanId).toBeNull()
    }
  })

  it("opens a root span if it asks for one, even inside a request and one of our spans", async () => {
    const providers = inMemoryProviders()
    await withRuntime(
      providers,
      (runtime) =>
        providers.tracerProvider.getTracer("http").startActiveSpan("request", (span) =>
          runtime.runPromise(
            Effect.all([
              Telemetry.withSpan(Effect.void, "ours", {}, { root: true, kind: "consumer" }),
              Effect.withSpan(Effect.void, "library", { root: true }),
              Telemetry.withSpan(Telemetry.withSpan(Effect.void, "inner", undefined, { root: true }), "outer")
            ])
          ).finally(() => span.end()))
    )
    const parents = providers.spans().map((span) => [span.name, span.parentSpanContext !== undefined])
    expect(parents).toEqual([["ours", false], ["library", false], ["inner", false], ["outer", true], [
      "request",
      false
    ]])
    expect(exportedNamed({ spans: providers.spans() }, "ours").kind).toBe(4)
    expect(trace.getActiveSpan()).toBeUndefined()
  })
})
