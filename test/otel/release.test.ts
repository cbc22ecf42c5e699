/**
 * Closing the sink with custom exporters, processors and providers, well-behaved or not, on the live clock with short time limits.
 */
import { describe, expect, it, vi } from "@effect/vitest"
import { type ExportResult, ExportResultCode } from "@opentelemetry/core"
import { InMemorySpanExporter, type ReadableSpan, type SpanExporter } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { Telemetry } from "loom-telemetry"
import { type OTelOptions, type OTelStats, OTelTelemetry } from "loom-telemetry/otel"
import { capturedWarnings } from "../sinks/recordingSinks.js"
import { inMemoryMetricExporter, inMemoryProviders } from "./exported.js"

const spans = (count: number) =>
  Effect.forEach(Array.from({ length: count }), () => Telemetry.withSpan(Effect.void, "a"), { discard: true })

/** Runs a program with these options, closes the sink, and returns its counters and warnings. */
const closedAfter = <E>(options: OTelOptions, program: Effect.Effect<unknown, E, Telemetry>) =>
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

/** A custom exporter. */
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

describe("an interval longer than Node's timers support", () => {
  it.live("exports at the end, not continuously", () =>
    Effect.gen(function*() {
      let exports = 0
      const { exporter } = exporterThat((_, done) => {
        exports++
        done({ code: ExportResultCode.SUCCESS })
      })
      const metricExporter = inMemoryMetricExporter()
      const counted = vi.spyOn(metricExporter, "export")
      const forever = { scheduleDelay: Infinity, exportTimeout: Infinity }
      const { stats } = yield* closedAfter(
        { spanExporter: exporter, metricExporter, batch: forever, metricInterval: "9999999999 millis" },
        Effect.all([spans(2), Telemetry.emitMetric("hits", 1), Effect.sleep("50 millis"), spans(1)])
      )
      expect(stats).toMatchObject({ accepted: 3, written: 3 })
      expect([exports, counted.mock.calls.length]).toEqual([1, 1])
    }))
})

describe("a custom exporter", () => {
  it.live("that throws is counted like one that fails", () =>
    Effect.gen(function*() {
      const { exporter } = exporterThat(() => {
        throw new Error("broken")
      })
      const { exit, stats, warnings } = yield* closedAfter({ spanExporter: exporter }, spans(2))
      expect(Exit.isSuccess(exit)).toBe(true)
      expect(stats).toMatchObject({ dropped: { rejected: 2 }, lastError: expect.stringContaining("broken") })
      expect(warnings).toHaveLength(1)
    }))

  it.live("that returns a rejected promise is counted like one that fails, and the process continues", () =>
    Effect.gen(function*() {
      const { exporter } = exporterThat(async () => {
        throw new Error("broken")
      })
      const { exit, stats, warnings } = yield* closedAfter({ spanExporter: exporter }, spans(2))
      expect(Exit.isSuccess(exit)).toBe(true)
      expect(stats).toMatchObject({ dropped: { rejected: 2 }, lastError: expect.stringContaining("broken") })
      expect(warnings).toHaveLength(1)
    }))

  it.live("that calls back twice is counted once", () =>
    Effect.gen(function*() {
      const { exporter } = exporterThat((_, done) => {
        done({ code: ExportResultCode.SUCCESS })
        done({ code: ExportResultCode.FAILED })
      })
      const { stats } = yield* closedAfter({ spanExporter: exporter }, spans(2))
      expect(stats).toMatchObject({ accepted: 2, written: 2, queued: 0, dropped: { rejected: 0 } })
    }))

  it.live("that never calls back is abandoned after the time limit, and still shut down", () =>
    Effect.gen(function*() {
      const { exporter, shutdowns } = exporterThat(() => {})
      const { stats, warnings } = yield* closedAfter({ spanExporter: exporter, closeTimeout: "50 millis" }, spans(2))
      expect(stats).toMatchObject({ queued: 0, dropped: { shutdown: 2 } })
      expect(shutdowns()).toBe(1)
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toContain("OpenTelemetry closed with 2 undelivered spans")
      expect(warnings[0]).toContain("timed out after 50ms")
    }))

  it.live("does not receive spans that end after the close: they are counted and reported", () =>
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
      expect(warnings).toEqual([expect.stringContaining("Spans ended after the OpenTelemetry layer closed")])
    }))
})

describe("closing", () => {
  const broken = () => Promise.reject(new Error("the flush broke"))

  it.live("shuts a processor down even if its flush is rejected, and logs it", () =>
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

  it.live("waits for the export of one processor even if the flush of another is rejected", () =>
    Effect.gen(function*() {
      const { exporter } = exporterThat((_, done) => {
        setTimeout(() => done({ code: ExportResultCode.SUCCESS }), 200)
      })
      const processor = { onStart: () => {}, onEnd: () => {}, forceFlush: broken, shutdown: () => Promise.resolve() }
      const { stats } = yield* closedAfter({ spanExporter: exporter, spanProcessor: processor }, spans(2))
      expect(stats).toMatchObject({ written: 2, dropped: { shutdown: 0 } })
    }))

  it.live("flushes custom providers and leaves them running, unless told to shut them down", () =>
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

  it.live("shuts providers down even if their flush hangs or is rejected, and logs the reason", () =>
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
