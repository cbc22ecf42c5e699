/**
 * Clocks that jump or stand still: durations use nanoseconds and are never negative, nothing is lost, and nothing waits for the old time.
 */
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestContext from "effect/TestContext"
import { ConsoleTelemetry, MultiTelemetry, Telemetry } from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import { describe, expect, vi } from "vitest"
import { Reporter } from "../../src/telemetry/report.js"
import { file, inMemory } from "../contract/subjects.js"
import { inMemoryProviders } from "../otel/exported.js"
import { capture } from "../sinks/console/capture.js"
import { capturedWarnings } from "../sinks/recordingSinks.js"
import { realSinks } from "./programs-sinks/realSinks.js"
import { setClock } from "./programs-sinks/setClock.js"
import { faultRow } from "./row.js"

const hour = 3_600_000

/** Durations in milliseconds by name, and whether a span ended before it started, from a record or from OpenTelemetry. */
type Durations = { readonly [name: string]: number }

const millisOf = ([seconds, nanos]: readonly [number, number]): number => seconds * 1000 + nanos / 1e6

const exportedDurations = (spans: ReadonlyArray<ReadableSpan>): Durations =>
  Object.fromEntries(spans.map(({ duration, name }) => [name, millisOf(duration)]))

/** The durations of a program's spans in memory, a file, the console and OpenTelemetry. */
const durationsIn = (program: Effect.Effect<unknown>, surroundings: Layer.Layer<never>) =>
  Effect.gen(function*() {
    const [memory, lines] = yield* Effect.all([inMemory, file])
    const providers = inMemoryProviders()
    const stream = capture()
    const layer = MultiTelemetry.layer([
      memory.layer,
      lines.layer,
      ConsoleTelemetry.layer({ stream, order: "tree", color: false }),
      OTelTelemetry.fromProviders(providers)
    ])
    yield* program.pipe(Effect.provide(layer), Effect.provide(surroundings))
    const records = yield* Effect.all([memory.recorded, lines.recorded])
    const printed = stream.lines().map((line) => /• (\S+) \((-?[\d.]+)ms\)/.exec(line)!)
    return {
      ...Object.fromEntries(records.map(({ spans }, index) => [
        ["memory", "file"][index]!,
        Object.fromEntries(spans.map(({ durationMs, name }) => [name, durationMs])) as Durations
      ])),
      console: Object.fromEntries(printed.map(([, name, millis]) => [name!, Number(millis)])) as Durations,
      otel: exportedDurations(providers.spans())
    }
  }).pipe(Effect.scoped, Effect.runPromise)

/** Five milliseconds, the step, five milliseconds: as a span, with one before, one after and one around it. */
const steps = (step: number) => {
  const { layer, move } = setClock()
  const five = (name: string) => Telemetry.withSpan(move(5), name)
  const program = five("before").pipe(
    Effect.zipRight(Telemetry.withSpan(Effect.all([move(5), move(step), move(5)]), "during")),
    Effect.zipRight(five("after")),
    Telemetry.withSpan("around")
  )
  return durationsIn(program, layer)
}

const inEach = (durations: Durations) => ({ memory: durations, file: durations, console: durations, otel: durations })

describe("a clock", () => {
  faultRow(
    "clock",
    "the clock is set forward by an hour: spans around it are longer, the next ones exact",
    async () => {
      expect(await steps(hour)).toEqual(inEach({ before: 5, during: hour + 10, after: 5, around: hour + 20 }))
    }
  )

  faultRow("clock", "the clock is set back by an hour: spans around it last 0, the next ones are exact", async () => {
    expect(await steps(-hour)).toEqual(inEach({ before: 5, during: 0, after: 5, around: 0 }))
  })

  faultRow("clock", "the clock stands still: every span lasts 0 and is recorded, in every sink", async (row) => {
    const shown = await Effect.gen(function*() {
      const sinks = yield* realSinks
      const [first, ...rest] = sinks.map(({ layer }) => layer)
      yield* Telemetry.emitMetric("calls", 1).pipe(
        Telemetry.withSpan("inner"),
        Telemetry.withSpan("outer"),
        Effect.zipRight(Telemetry.flush),
        Effect.provide(MultiTelemetry.layer([first!, ...rest])),
        Effect.provide(setClock().layer)
      )
      return yield* Effect.forEach(sinks, ({ name, shown }) => Effect.map(shown, ({ spans }) => [name, spans] as const))
    }).pipe(Effect.scoped, Effect.runPromise)
    expect(shown.map(([, spans]) => spans)).toEqual(shown.map(() => ["inner success", "outer success"]))
    row.note(shown.map(([name]) => name).join(", "))
  })

  for (const [how, step] of [["forward", hour], ["back", -hour]] as const) {
    faultRow("clock", `the machine's clock is set ${how} by an hour: durations do not change`, async () => {
      const real = Date.now.bind(Date)
      const program = Effect.sync(() => vi.spyOn(Date, "now").mockImplementation(() => real() + step)).pipe(
        Effect.zipRight(Effect.sleep("20 millis")),
        Telemetry.withSpan("during"),
        Effect.ensuring(Effect.sync(() => vi.restoreAllMocks()))
      )
      for (const [sink, { during }] of Object.entries(await durationsIn(program, Layer.empty))) {
        expect(during, sink).toBeGreaterThanOrEqual(19)
        expect(during, sink).toBeLessThan(hour / 2)
      }
    })
  }

  faultRow(
    "clock",
    "the clock is set back by an hour: the live console still shows spans that are open for long",
    async () => {
      const { layer, move } = setClock()
      const stream = capture()
      // Opens a span, keeps it open for long, and waits until it is shown.
      const shown = (name: string) =>
        Effect.gen(function*() {
          const fiber = yield* Effect.fork(Telemetry.withSpan(Effect.never, name))
          yield* Effect.sleep("20 millis")
          yield* move(251)
          yield* Effect.promise(() => vi.waitUntil(() => stream.text().includes(`▸ ${name}`), { timeout: 20_000 }))
          return fiber
        })
      const program = Effect.gen(function*() {
        yield* move(hour)
        const before = yield* Effect.fork(Telemetry.withSpan(Effect.never, "before"))
        yield* Effect.sleep("20 millis")
        yield* move(-hour)
        // The first pause of the worker started before the step; the second one is for a span that opens in an hour.
        const after = [yield* shown("first"), yield* shown("second")]
        yield* Fiber.interruptAll([before, ...after])
      })
      await program.pipe(
        Effect.provide(ConsoleTelemetry.layer({ stream, color: false })),
        Effect.provide(layer),
        Effect.runPromise
      )
      expect(stream.lines().filter((line) => line.startsWith("▸"))).toEqual(["▸ first", "▸ second"])
    }
  )

  faultRow(
    "clock",
    "the clock is set back by an hour: problems are reported again, not silenced for an hour",
    () => {
      const { layer, move } = setClock()
      const said: Array<string> = []
      const reporter = new Reporter((message) => void said.push(message))
      const report = (message: string) => Effect.sync(() => reporter.every("key", message))
      return report("first").pipe(
        Effect.zipRight(move(1000)),
        Effect.zipRight(report("too soon")),
        Effect.zipRight(move(-hour)),
        Effect.zipRight(report("set back")),
        Effect.zipRight(move(60_000)),
        Effect.zipRight(report("a minute later")),
        Effect.provide(layer),
        Effect.runPromise
      ).then(() => expect(said).toEqual(["first", "set back", "a minute later"]))
    }
  )

  faultRow("clock", "no time passes at all, as in a test: every sink flushes and closes", async () => {
    const [warnings, logger] = capturedWarnings()
    const shown = await Effect.gen(function*() {
      const sinks = yield* realSinks
      const [first, ...rest] = sinks.map(({ layer }) => layer)
      yield* Telemetry.emitMetric("calls", 1).pipe(
        Telemetry.withSpan("body"),
        Effect.zipRight(Telemetry.flush),
        Effect.provide(Layer.provideMerge(MultiTelemetry.layer([first!, ...rest]), logger)),
        Effect.provide(TestContext.TestContext)
      )
      return yield* Effect.forEach(sinks, ({ shown }) => Effect.map(shown, ({ spans }) => spans))
    }).pipe(Effect.scoped, Effect.runPromise)
    expect(shown).toEqual(shown.map(() => ["body success"]))
    expect(warnings).toEqual([])
  })
})
