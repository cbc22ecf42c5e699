/**
 * A run is only interrupted from outside, not by its model, its memory or an extraction.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import { AgentError, AutoExtract, type Episode, Memory, type MemoryService } from "loom-telemetry/agent"
import { talker } from "../arithmetic.js"
import { attributeOf, flaws, metricsNamed, spanNamed } from "../recorded.js"
import { type Answer, block, parts, text, ways } from "./everyWay.js"

const joined = Effect.gen(function*() {
  const fiber = yield* Effect.fork(Effect.never)
  yield* Fiber.interrupt(fiber)
  return yield* Fiber.join(fiber)
})

const ownFiber = Effect.withFiberRuntime<never>((fiber) => {
  fiber.unsafeInterruptAsFork(fiber.id())
  return Effect.never
})

const interruptions = [
  ["interrupts itself", Effect.interrupt],
  ["joins an interrupted fiber", joined],
  ["has its fiber interrupted", ownFiber]
] as const

const parrot = talker("parrot")

const logged = (messages: Array<string>) =>
  Logger.replace(Logger.defaultLogger, Logger.make(({ message }) => messages.push(String(message))))

const beginning = parts(...block("Hel"))

describe.each(ways)("in a run %s, a model", (_, ask) => {
  it.effect.each(interruptions)(
    "whose stream %s fails the run with an AgentError",
    ([, interruption]) =>
      Effect.gen(function*() {
        const answers: ReadonlyArray<Answer> = [
          Stream.fromEffect(interruption),
          Stream.concat(beginning, Stream.fromEffect(interruption))
        ]
        for (const answer of answers) {
          const run = yield* ask(parrot, [answer])
          const error = yield* Effect.flip(run.exit)
          expect(error).toBeInstanceOf(AgentError)
          expect(error.message).toContain("The model's answer was interrupted from inside")
          expect(attributeOf(run, "loom.model.stream", "model").length).toBeGreaterThan(0)
          expect(run.spans.filter(({ outcome }) => outcome === "interrupted")).toEqual([])
          expect(flaws(run)).toEqual([])
        }
      })
  )
})

const memoryWith = (remember: MemoryService["remember"]): Layer.Layer<Memory> =>
  Layer.effect(
    Memory,
    Effect.map(Memory, (memory) => ({ ...memory, remember }))
  ).pipe(Layer.provide(Memory.layerInMemory))

const remembering: ReadonlyArray<readonly [how: string, remember: MemoryService["remember"], error: string]> = [
  ["dies", () => Effect.die(new Error("the disk is full")), "Error: the disk is full"],
  ["throws", () => {
    throw new Error("the disk is full")
  }, "Error: the disk is full"],
  ...interruptions.map(([how, interruption]) => [how, () => interruption, "InterruptedException: "] as const)
]

describe.each(ways)("in a run %s, a memory", (name, ask) => {
  it.effect.each(remembering)(
    "that %s after the answer does not lose the answer",
    ([, remember, error]) =>
      Effect.gen(function*() {
        const warnings: Array<string> = []
        const run = yield* ask(parrot, [text("Hi")]).pipe(
          Effect.provide(memoryWith(remember)),
          Effect.provide(logged(warnings))
        )
        expect(yield* run.exit).toMatchObject({ output: "Hi" })
        const runs = name === "in a supervisor's worker" ? 2 : 1
        expect(attributeOf(run, "loom.run", "memory_error")).toEqual(
          Array.from({ length: runs }, () => expect.stringContaining(error))
        )
        expect(warnings.filter((warning) => warning.includes(error))).toHaveLength(runs)
        expect(flaws(run)).toEqual([])
      })
  )

  it.effect("that is slow is interrupted with the run", () =>
    Effect.gen(function*() {
      const started = yield* Deferred.make<void>()
      const remember = () => Effect.zipRight(Deferred.succeed(started, undefined), Effect.never)
      const fiber = yield* ask(parrot, [text("Hi")]).pipe(Effect.provide(memoryWith(remember)), Effect.fork)
      yield* Deferred.await(started)
      expect(Exit.isInterrupted(yield* Fiber.interrupt(fiber))).toBe(true)
    }))

  it.effect("knows the parent run of an episode, and who wrote its input", () =>
    Effect.gen(function*() {
      const episodes: Array<Episode> = []
      const extracted: Array<string> = []
      const extracting = AutoExtract.layer({
        background: false,
        extract: ({ input }) => Effect.sync(() => [`extracted ${extracted.push(input)}`])
      })
      const run = yield* ask(parrot, [text("Hi")]).pipe(
        Effect.provide(extracting),
        Effect.provide(memoryWith((episode) => Effect.sync(() => void episodes.push(episode))))
      )
      const { runId } = yield* run.exit
      if (name === "in a supervisor's worker") {
        const [worker, boss] = episodes
        expect(worker).toMatchObject({ runId, agent: "parrot", parentRunId: boss!.runId })
        expect(boss).toMatchObject({ agent: "boss", parentRunId: undefined })
      } else {
        expect(episodes).toMatchObject([{ runId, parentRunId: undefined }])
      }
      expect(extracted).toEqual(["Go"])
    }))
})

const extracting = <E>(extract: Effect.Effect<ReadonlyArray<string>, E>) =>
  Effect.provide(
    AutoExtract.layer({ background: false, extract: () => extract }).pipe(Layer.provide(Memory.layerInMemory))
  )

describe.each(ways)("in a run %s, an extraction in the foreground", (_, ask) => {
  it.effect.each(interruptions)("that %s counts as failed", ([, interruption]) =>
    Effect.gen(function*() {
      const warnings: Array<string> = []
      const run = yield* ask(parrot, [text("Hi")]).pipe(extracting(interruption), Effect.provide(logged(warnings)))
      expect(yield* run.exit).toMatchObject({ output: "Hi" })
      expect(metricsNamed(run, "loom.auto_extract.invocations").map(({ status }) => status)).toEqual(["error"])
      expect(warnings.filter((warning) => warning.startsWith("Extracting facts"))).toHaveLength(1)
      expect(run.spans.filter(({ outcome }) => outcome === "interrupted")).toEqual([])
    }))
})

describe.each(ways)("in a run %s, a memory that dies when it learns", (_, ask) => {
  it.effect.each([true, false])(
    "fails the extraction, in the background: %s",
    (inBackground) =>
      Effect.gen(function*() {
        const dead = Layer.effect(
          Memory,
          Effect.map(Memory, (memory) => ({ ...memory, learn: () => Effect.dieMessage("the disk is full") }))
        ).pipe(Layer.provide(Memory.layerInMemory))
        const within = AutoExtract.layer({ background: inBackground, extract: () => Effect.succeed(["Likes moths."]) })
          .pipe(
            Layer.provide(dead)
          )
        const run = yield* ask(parrot, [text("Hi")], { within })
        expect(yield* run.exit).toMatchObject({ output: "Hi" })
        expect(metricsNamed(run, "loom.auto_extract.invocations").map(({ status }) => status)).toEqual(["error"])
        expect(flaws(run)).toEqual([])
      })
  )
})

describe("an extraction in the foreground", () => {
  it.effect("is interrupted with the run", () =>
    Effect.gen(function*() {
      const started = yield* Deferred.make<void>()
      const [, ask] = ways[0]!
      let interrupted = 0
      const fiber = yield* ask(parrot, [text("Hi")]).pipe(
        extracting(
          Effect.zipRight(Deferred.succeed(started, undefined), Effect.never).pipe(
            Effect.onInterrupt(() => Effect.sync(() => interrupted++))
          )
        ),
        Effect.fork
      )
      yield* Deferred.await(started)
      yield* Fiber.interrupt(fiber)
      expect(interrupted).toBe(1)
    }))
})

describe("the prompt of an episode", () => {
  it.effect("is what the user said, without the rest of the prompt", () =>
    Effect.gen(function*() {
      const episodes: Array<Episode> = []
      const [, ask] = ways[0]!
      const agent = {
        ...parrot,
        run: () =>
          parrot.run([
            { role: "system", content: "The user is a spy." },
            { role: "assistant", content: [{ type: "text", text: "I like moths." }] },
            { role: "user", content: [{ type: "text", text: "So do I." }] }
          ])
      }
      const run = yield* ask(agent, [text("Hi")]).pipe(
        Effect.provide(memoryWith((episode) => Effect.sync(() => void episodes.push(episode))))
      )
      expect(spanNamed(run, "loom.run").outcome).toBe("success")
      expect(episodes.map(({ input }) => input)).toEqual(["So do I."])
    }))
})
