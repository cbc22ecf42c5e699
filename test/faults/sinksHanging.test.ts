/**
 * A sink that never finishes: the program waits for its time limit and no longer, and all other sinks are complete.
 *
 * On the live clock, because the other sinks really write. The assertions allow an order of magnitude; the table shows the measured times.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { MultiTelemetry, Telemetry } from "loom-telemetry"
import { describe, expect } from "vitest"
import { capturedWarnings } from "../sinks/recordingSinks.js"
import { realSinks } from "./programs-sinks/realSinks.js"
import { type FaultRow, faultRow } from "./row.js"

const hangs: { readonly [how: string]: Effect.Effect<never> } = {
  "": Effect.never,
  ", uninterruptibly": Effect.uninterruptible(Effect.never)
}

interface Run {
  /** Milliseconds from the end of the body to the end of the program. */
  readonly closing: number
  readonly exit: Exit.Exit<string, string>
  readonly warnings: ReadonlyArray<string>
}

/** Runs a body with these sinks between the real ones, and checks that the real ones are complete. */
const withRealSinks = (
  sinks: ReadonlyArray<Layer.Layer<Telemetry>>,
  body: Effect.Effect<string, string> = Effect.succeed("result")
): Promise<Run> =>
  Effect.gen(function*() {
    const others = yield* realSinks
    const [warnings, logger] = capturedWarnings()
    const [first, ...rest] = others.map(({ layer }) => layer).toSpliced(2, 0, ...sinks)
    let since = 0
    const exit = yield* Telemetry.emitMetric("calls", 1).pipe(
      Effect.zipRight(body),
      Telemetry.withSpan("body"),
      Effect.ensuring(Effect.sync(() => since = performance.now())),
      Effect.provide(Layer.provideMerge(MultiTelemetry.layer([first!, ...rest]), logger)),
      Effect.exit
    )
    const closing = performance.now() - since
    for (const { name, shown } of others) {
      const { metrics, spans } = yield* shown
      expect({ name, spans: spans.length, metrics: metrics.length }).toEqual({ name, spans: 1, metrics: 1 })
    }
    return { closing, exit, warnings }
  }).pipe(Effect.scoped, Effect.runPromise)

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`

/** The time limit, with a margin for a busy machine that is shorter than a second limit. */
const expectInTime = (row: FaultRow, { closing }: Run, cap: number): void => {
  row.note(`closed in ${seconds(closing)}, cap ${seconds(cap)}`)
  expect(closing).toBeLessThan(cap + 2500)
}

const flushing = (hang: Effect.Effect<never>) => Telemetry.layerSink({ name: "hanging", flush: hang })

const closing = (hang: Effect.Effect<never>) =>
  Telemetry.layerSinkScoped(Effect.as(Effect.addFinalizer(() => hang), { name: "hanging" }), {
    closeTimeout: "1 second"
  })

describe.concurrent("a sink that hangs", () => {
  for (const [how, hang] of Object.entries(hangs)) {
    faultRow(
      "sinks",
      `a sink hangs in flush${how}: abandoned after its time limit, all others are complete`,
      async (row) => {
        const run = await withRealSinks([flushing(hang)])
        expect(run.exit).toEqual(Exit.succeed("result"))
        expect(run.warnings).toEqual(["The telemetry sink \"hanging\" did not flush within 3s and was given up"])
        expectInTime(row, run, 3000)
      }
    )

    faultRow(
      "sinks",
      `a sink hangs in close${how}: abandoned after its time limit, all others are complete`,
      async (row) => {
        const run = await withRealSinks([closing(hang)])
        expect(run.exit).toEqual(Exit.succeed("result"))
        expect(run.warnings).toEqual(["The telemetry sink \"hanging\" did not close within 1s and was given up"])
        expectInTime(row, run, 1000)
      }
    )
  }

  faultRow("sinks", "three sinks hang in flush and two in close: the time limits run in parallel", async (row) => {
    const run = await withRealSinks([
      flushing(hangs[""]!),
      closing(hangs[""]!),
      flushing(hangs[""]!),
      closing(hangs[""]!),
      flushing(hangs[""]!)
    ])
    expect(run.warnings).toHaveLength(5)
    expectInTime(row, run, 3000)
  })

  faultRow("sinks", "a sink hangs in flush and in close, the body fails: its error does not change", async (row) => {
    const run = await withRealSinks([flushing(hangs[""]!), closing(hangs[""]!)], Effect.fail("no"))
    expect(run.exit).toEqual(Exit.fail("no"))
    expectInTime(row, run, 3000)
  })

  faultRow(
    "sinks",
    "an effectful sink hangs forever: abandoned after its drain, its records are counted and reported",
    async (row) => {
      let stats: Effect.Effect<unknown> = Effect.void
      const sink = Telemetry.sinkFromEffect({ name: "hanging", drain: "1 second", onSpanEnd: () => Effect.never })
      const run = await withRealSinks([
        Telemetry.layerSinkScoped(Effect.tap(sink, (made) => Effect.sync(() => stats = made.stats)))
      ])
      expect(run.exit).toEqual(Exit.succeed("result"))
      expect(await Effect.runPromise(stats)).toEqual({ accepted: 1, written: 0, queued: 0, dropped: 1, failed: 0 })
      expect(run.warnings).toEqual([
        "The telemetry sink \"hanging\" closed and dropped 1 of 1 records: 1 because its drain of 1s was over"
      ])
      // Without a flush before it, which would wait for the same records.
      expectInTime(row, run, 1000)
    }
  )

  faultRow(
    "sinks",
    "Telemetry.flush with a sink that hangs: returns after the time limit, all others are flushed",
    async (row) => {
      let took = 0
      const run = await withRealSinks(
        [flushing(hangs[""]!)],
        Effect.gen(function*() {
          const before = performance.now()
          yield* Telemetry.flush
          took = performance.now() - before
          return "result"
        })
      )
      expect(run.exit).toEqual(Exit.succeed("result"))
      row.note(`returned after ${seconds(took)}, limit 3.0 s`)
      expect(took).toBeLessThan(5500)
    }
  )
})
