/**
 * Extractions in the background: they are bounded and counted, and never keep a layer from closing.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { AutoExtract, type AutoExtractOptions, Memory } from "loom-telemetry/agent"
import { talker } from "../arithmetic.js"
import { flaws, metricsNamed, recorded, spansNamed } from "../recorded.js"
import { answeredWith } from "../vendorErrors.js"
import { type Answer, text, ways } from "./everyWay.js"

const extraction = (
  extract: Effect.Effect<ReadonlyArray<string>>,
  options: Omit<AutoExtractOptions, "extract"> = {}
) => AutoExtract.layer({ ...options, extract: () => extract }).pipe(Layer.provide(Memory.layerInMemory))

const background = (...given: Parameters<typeof extraction>) => Effect.provide(extraction(...given))

/** Stores the episodes of this many users at once, as their runs do when they finish. */
const remembered = (count: number) =>
  Effect.flatMap(Memory, (memory) =>
    Effect.forEach(
      Array.from({ length: count }, (_, index) => `user-${index}`),
      (userId) =>
        memory.remember({
          runId: `run_${userId}`,
          sessionId: "s",
          userId,
          agent: "parrot",
          input: "Hi",
          output: "Hi",
          messages: [],
          at: new Date(0)
        }),
      { concurrency: "unbounded", discard: true }
    ))

const statuses = (of: Parameters<typeof metricsNamed>[0]) => {
  const counts: Record<string, number> = {}
  for (const { status } of metricsNamed(of, "loom.auto_extract.invocations")) {
    counts[String(status)] = (counts[String(status)] ?? 0) + 1
  }
  return counts
}

describe("300 runs with extraction in the background", () => {
  const measuring = () => {
    const seen = { running: 0, most: 0 }
    const extract = Effect.acquireUseRelease(
      Effect.sync(() => {
        seen.most = Math.max(seen.most, ++seen.running)
      }),
      () => Effect.as(Effect.sleep("10 millis"), ["Likes moths."]),
      () => Effect.sync(() => seen.running--)
    )
    return { seen, extract }
  }

  it.live("extract eight at a time, and all of them", () =>
    Effect.gen(function*() {
      const { extract, seen } = measuring()
      const run = yield* remembered(300).pipe(background(extract), recorded)
      expect(statuses(run)).toEqual({ ok: 300 })
      expect(seen.most).toBe(8)
    }))

  it.live("drop and count what exceeds the capacity", () =>
    Effect.gen(function*() {
      const { extract, seen } = measuring()
      const run = yield* remembered(300).pipe(background(extract, { concurrency: 2, capacity: 50 }), recorded)
      expect(statuses(run)).toEqual({ ok: 52, dropped: 248 })
      expect(seen.most).toBe(2)
      expect(metricsNamed(run, "loom.auto_extract.duration_ms")).toHaveLength(52)
    }))

  it.live("count waiting extractions as dropped, and running ones as interrupted, if the layer closes", () =>
    Effect.gen(function*() {
      const run = yield* remembered(10).pipe(background(Effect.never, { concurrency: 3, drain: 0 }), recorded)
      expect(statuses(run)).toEqual({ interrupted: 3, dropped: 7 })
    }))

  it.effect.each([{ concurrency: 0 }, { concurrency: NaN }, { capacity: -1 }, { drain: "soon" as never }])(
    "reject %o",
    (options) =>
      Effect.sync(() => {
        expect(() => AutoExtract.layer({ ...options, extract: () => Effect.succeed([]) })).toThrow(RangeError)
      })
  )
})

describe.each(ways)("under TestClock, in a run %s", (_, ask) => {
  it.effect("an extraction that sleeps does not keep its layer from closing", () =>
    Effect.gen(function*() {
      const within = extraction(Effect.as(Effect.sleep("1 minute"), []))
      const run = yield* ask(talker("parrot"), [text("Hi")], { within })
      expect((yield* run.exit).output).toBe("Hi")
      expect(statuses(run)).toEqual({ interrupted: 1 })
      expect(flaws(run)).toEqual([])
    }))

  it.effect("an extraction that sleeps ends if the clock is advanced", () =>
    Effect.gen(function*() {
      const within = extraction(Effect.as(Effect.sleep("20 seconds"), ["Sleeps."]))
      const fiber = yield* Effect.fork(ask(talker("parrot"), [text("Hi")], { within }))
      yield* TestClock.adjust("20 seconds")
      const run = yield* Fiber.join(fiber)
      expect((yield* run.exit).output).toBe("Hi")
      expect(statuses(run)).toEqual({ ok: 1 })
    }))

  it.effect("the delay before a retry is the same each time", () =>
    Effect.gen(function*() {
      const busy: Answer = Stream.fail(answeredWith(503)) as never
      for (let attempt = 0; attempt < 5; attempt++) {
        const fiber = yield* Effect.fork(ask(talker("parrot"), [busy, busy, text("Hi")]))
        yield* TestClock.adjust("10 seconds")
        const run = yield* Fiber.join(fiber)
        expect((yield* run.exit).output).toBe("Hi")
        // Half a second, then a second.
        expect(spansNamed(run, "loom.model.stream").map(({ durationMs }) => durationMs)).toContain(1500)
      }
    }))
})
