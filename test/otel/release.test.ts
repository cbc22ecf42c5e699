/**
 * Closing the sink: exporters, processors and providers of one's own, well-behaved or not, by the live clock with short caps.
 */
import { describe, expect, it } from "@effect/vitest"
import { type ExportResult, ExportResultCode } from "@opentelemetry/core"
import { InMemorySpanExporter, type ReadableSpan, type SpanExporter } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { Telemetry } from "loom-telemetry"
import { type OTelOptions, type OTelStats, OTelTelemetry } from "loom-telemetry/otel"
import { capturedWarnings } from "../sinks/recordingSinks.js"
import { inMemoryProviders } from "./exported.js"

const spans = (count: number) =>
  Effect.forEach(Array.from({ length: count }), () => Telemetry.withSpan(Effect.void, "a"), { discard: true })

/** A program under the sink with these options, closed, with what was counted and said. */
const closedAfter = <E>(options: OTelOptions, program: Effect.Effect<void, E, Telemetry>) =>
  Effect.gen(function*() {
    const [warnings, logger] = capturedWarnings()
    let stats: Effect.Effect<OTelStats> | undefined
    const exit = yield* program.pipe(
      Effect.provide(Layer.tap(OTelTelemetry.layer(options), (context) =>
        Effect.sync(() =>
          stats = context.unsafeMap.get(OTelTelemetry.key).stats
        ))),
      Effect.provide(logger),
      Effect.exit
    )
    return { exit, warnings, stats: yield* stats! }
  })

/** An exporter of somebody's own. */
const exporterThat = (onExport: (spans: Array<ReadableSpan>, done: (result: ExportResult) => void) => void) => {
  let shutdowns = 0
  const exporter: SpanExporter = {
    export: onExport,
    shutdown: () => {
      shutdowns++
      return Promise.resolve()
    }
  }
  return { exporter, shutdowns: () => shutdowns }
}

describe("an exporter of one's own", () => {
  it.live("that throws is counted as one that refuses", () =>
    Effect.gen(function*() {
      const { exporter } = exporterThat(() => {
        throw new Error("broken")
      })
      const { exit, stats, warnings } = yield* closedAfter({ spanExporter: exporter }, spans(2))
      expect(Exit.isSuccess(exit)).toBe(true)
      expect(stats).toMatchObject({ dropped: { rejected: 2 }, lastError: expect.stringContaining("broken") })
      expect(warnings).toHaveLength(1)
    }))

  it.live("that gives a promise which is rejected is counted as one that refuses, and the process goes on", () =>
    Effect.gen(function*() {
      const { exporter } = exporterThat(async () => {
        throw new Error("broken")
      })
      const { exit, stats, warnings } = yield* closedAfter({ spanExporter: exporter }, spans(2))
      expect(Exit.isSuccess(exit)).toBe(true)
      expect(stats).toMatchObject({ dropped: { rejected: 2 }, lastError: expect.stringContaining("broken") })
      expect(warnings).toHaveLength(1)
    }))

  it.live("that answers twice is counted once", () =>
    Effect.gen(function*() {
      const { exporter } = exporterThat((_, done) => {
        done({ code: ExportResultCode.SUCCESS })
        done({ code: ExportResultCode.FAILED })
      })
      const { stats } = yield* closedAfter({ spanExporter: exporter }, spans(2))
      expect(stats).toMatchObject({ accepted: 2, written: 2, queued: 0, dropped: { rejected: 0 } })
    }))

  it.live("that never answers is given up after the cap, and shut down all the same", () =>
    Effect.gen(function*() {
      const { exporter, shutdowns } = exporterThat(() => {})
      const { stats, warnings } = yield* closedAfter({ spanExporter: exporter, closeTimeout: "50 millis" }, spans(2))
      expect(stats).toMatchObject({ queued: 0, dropped: { shutdown: 2 } })
      expect(shutdowns()).toBe(1)
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toContain("2 spans")
      expect(warnings[0]).toContain("longer than 50ms")
    }))

  it.live("is not asked for spans that end after the close: they are counted, and that is said", () =>
    Effect.gen(function*() {
      const exporter = new InMemorySpanExporter()
      const [warnings, logger] = capturedWarnings()
      const [late, stats] = yield* Effect.all([Telemetry, OTelTelemetry]).pipe(
        Effect.tap(spans(1)),
        Effect.map(([telemetry, otel]) => [telemetry.withSpan("late")(Effect.void), otel.stats] as const),
        Effect.provide(OTelTelemetry.layer({ spanExporter: exporter })),
        Effect.provide(logger)
      )
      expect(yield* stats).toMatchObject({ accepted: 1, written: 1 })
      yield* late
      expect(yield* stats).toMatchObject({ accepted: 2, written: 1, queued: 0, dropped: { after_close: 1 } })
      expect(warnings).toEqual([expect.stringContaining("after OpenTelemetry was closed")])
    }))
})

describe("closing", () => {
  const broken = () => Promise.reject(new Error("the flush broke"))

  it.live("shuts a processor down although its flush was rejected, and says so", () =>
    Effect.gen(function*() {
      let shutdowns = 0
      const processor = {
        onStart: () => {},
        onEnd: () => {},
        forceFlush: broken,
        shutdown: () => {
          shutdowns++
          return Promise.resolve()
        }
      }
      const { exit, warnings } = yield* closedAfter({ spanProcessor: processor }, spans(1))
      expect([Exit.isSuccess(exit), shutdowns]).toEqual([true, 1])
      expect(warnings).toEqual([expect.stringContaining("the flush broke")])
    }))

  it.live("does not take a rejected flush of one processor for the end of another's export", () =>
    Effect.gen(function*() {
      const { exporter } = exporterThat((_, done) => {
        setTimeout(() => done({ code: ExportResultCode.SUCCESS }), 200)
      })
      const processor = { onStart: () => {}, onEnd: () => {}, forceFlush: broken, shutdown: () => Promise.resolve() }
      const { stats } = yield* closedAfter({ spanExporter: exporter, spanProcessor: processor }, spans(2))
      expect(stats).toMatchObject({ written: 2, dropped: { shutdown: 0 } })
    }))

  it.live("flushes providers of one's own and leaves them running, unless it is to shut them down", () =>
    Effect.gen(function*() {
      for (const onClose of [undefined, "flush", "shutdown"] as const) {
        const providers = inMemoryProviders()
        const calls: Array<string> = []
        const watched = {
          getTracer: (name: string) => providers.tracerProvider.getTracer(name),
          forceFlush: () => Promise.resolve(void calls.push("flush")),
          shutdown: () => Promise.resolve(void calls.push("shutdown"))
        }
        yield* spans(1).pipe(
          Effect.provide(OTelTelemetry.fromProviders({ tracerProvider: watched, ...(onClose && { onClose }) }))
        )
        expect(calls).toEqual(onClose === "shutdown" ? ["flush", "shutdown"] : ["flush"])
        expect(providers.spans()).toHaveLength(1)
      }
    }))

  it.live("shuts providers down although their flush hangs or is rejected, and says what was wrong", () =>
    Effect.gen(function*() {
      for (
        const [forceFlush, problem] of [[broken, "the flush broke"], [
          () => new Promise<void>(() => {}),
          "50ms"
        ]] as const
      ) {
        const [warnings, logger] = capturedWarnings()
        let shutdowns = 0
        const { tracerProvider } = inMemoryProviders()
        const shutdown = () => Promise.resolve(void shutdowns++)
        yield* spans(1).pipe(
          Effect.provide(OTelTelemetry.fromProviders({
            tracerProvider: { getTracer: (name) => tracerProvider.getTracer(name), forceFlush, shutdown },
            onClose: "shutdown",
            closeTimeout: "50 millis"
          })),
          Effect.provide(logger)
        )
        expect(shutdowns).toBe(1)
        expect(warnings).toEqual([expect.stringContaining(problem)])
      }
    }))
})
