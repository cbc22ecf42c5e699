/**
 * Extraction of facts with a sink that throws: the other sinks miss nothing, and no fact is lost.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { InMemoryTelemetry, MultiTelemetry, Telemetry } from "loom-telemetry"
import { AutoExtract, type Episode, Memory } from "loom-telemetry/agent"
import { saying } from "./arithmetic.js"
import { metricsNamed, scripted } from "./recorded.js"

const throwing = Telemetry.layerSink({
  name: "broken",
  onMetric: () => {
    throw new Error("The sink is broken")
  }
})

const sinks = MultiTelemetry.layer([throwing, InMemoryTelemetry.layer()])

const episode: Episode = {
  runId: "run_1",
  sessionId: "run_1",
  userId: "alice",
  agent: "parrot",
  input: "I like moths",
  output: "Fine.",
  messages: [],
  at: new Date(0)
}

/** Stores an episode outside of any span, like an extraction in the background, and returns the result. */
const remembered = (options: Parameters<typeof AutoExtract.layer>[0]) =>
  Effect.gen(function*() {
    const logged: Array<string> = []
    const logger = Logger.make(({ message }) => void logged.push(String(message)))
    const facts = yield* Effect.gen(function*() {
      const memory = yield* Memory
      const learning = Effect.scoped(Effect.flatMap(
        Layer.build(AutoExtract.layer(options).pipe(Layer.provide(Layer.succeed(Memory, memory)))),
        (context) => Effect.provide(Effect.flatMap(Memory, ({ remember }) => remember(episode)), context)
      ))
      yield* learning
      return yield* memory.facts("alice")
    }).pipe(Effect.provide(Memory.layerInMemory), Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
    const { metrics } = yield* InMemoryTelemetry
    return { facts: facts.map(({ text }) => text), logged, metrics: yield* metrics }
  }).pipe(scripted(saying("Likes moths.")), Effect.provide(sinks))

const likesMoths = () => Effect.succeed(["Likes moths."])

describe("extraction with a sink that throws", () => {
  it.effect.each<readonly [how: string, options: Parameters<typeof AutoExtract.layer>[0]]>([
    ["in the background", { extract: likesMoths }],
    ["in the foreground", { extract: likesMoths, background: false }],
    ["by a model call in the background", {}],
    ["by a model call in the foreground", { background: false }]
  ])("%s is measured in the other sinks, and its facts are stored", ([, options]) =>
    Effect.gen(function*() {
      const { facts, logged, metrics } = yield* remembered(options)
      expect(facts).toEqual(["Likes moths."])
      expect(metricsNamed({ metrics }, "loom.auto_extract.duration_ms")).toMatchObject([{ status: "ok" }])
      expect(metricsNamed({ metrics }, "loom.auto_extract.invocations")).toMatchObject([{ status: "ok", value: 1 }])
      expect(logged.filter((text) => text.startsWith("Extracting facts from run"))).toEqual([])
    }))

  it.effect("that fails logs a warning, and is measured", () =>
    Effect.gen(function*() {
      const { facts, logged, metrics } = yield* remembered({ extract: () => Effect.dieMessage("no") })
      expect(facts).toEqual([])
      expect(metricsNamed({ metrics }, "loom.auto_extract.invocations")).toMatchObject([{ status: "error", value: 1 }])
      expect(logged.filter((text) => text.startsWith("Extracting facts from run"))).toHaveLength(1)
    }))

  it.effect("that is interrupted is measured", () =>
    Effect.gen(function*() {
      const { facts, metrics } = yield* remembered({ extract: () => Effect.never, drain: 0 })
      expect(facts).toEqual([])
      expect(metricsNamed({ metrics }, "loom.auto_extract.invocations")).toMatchObject([
        { status: "interrupted", value: 1 }
      ])
    }))
})
