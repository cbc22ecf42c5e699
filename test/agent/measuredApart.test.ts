/**
 * Answers that do not reach the caller: a wrapper rejects them, or they arrive after it has answered.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Pricing, ScriptedModel } from "loom-telemetry/agent"
import { talker } from "./arithmetic.js"
import { flaws, outline, recorded, total, totalOf } from "./recorded.js"
import { hi, measured, type Model, type Options, script, streaming } from "./wrappedModel.js"

const parrot = talker("parrot")

/** Not instrumented, and with other amounts than `hi`. */
const spare: Model = ScriptedModel.layer([{ text: "fine", usage: { inputTokens: 100, outputTokens: 20 } }], {
  model: "spare"
})

/** A wrapper around two models. */
const choosing = (
  first: Model,
  second: Model,
  answer: (
    models: readonly [LanguageModel.Service, LanguageModel.Service],
    options: Options
  ) => Stream.Stream<unknown, unknown>
): Model =>
  Layer.effect(
    LanguageModel.LanguageModel,
    Effect.gen(function*() {
      const models = [
        yield* Effect.provide(LanguageModel.LanguageModel, first),
        yield* Effect.provide(LanguageModel.LanguageModel, second)
      ] as const
      return { ...models[0], streamText: ((options: Options) => answer(models, options)) as never }
    })
  )

const prices = Pricing.table([{ model: "named", input: 1, output: 1 }, { model: "spare", input: 1, output: 1 }])

/** Takes the second model's answer after having called the first. */
const insteadOf = (first: Model): Model =>
  choosing(
    first,
    spare,
    ([one, other], options) =>
      Stream.unwrap(Effect.as(Effect.ignore(Stream.runDrain(one.streamText(options))), other.streamText(options)))
  )

describe("an answer that a wrapper takes from a model that is not instrumented", () => {
  it.effect("is not counted after a call that is, because it cannot be told apart from that call's answer", () =>
    Effect.gen(function*() {
      const run = yield* parrot.run("Hi").pipe(
        Effect.provide([insteadOf(measured(script(hi), { model: "named" })), prices]),
        recorded
      )
      expect(yield* run.exit).toMatchObject({ output: "fine", tokensIn: 12, tokensOut: 4, costUsd: 16e-6 })
      expect(totalOf(run, "loom.model.stream", "tokens_in")).toBe(12)
      expect(total(run, "loom.tokens.input")).toBe(12)
      expect(total(run, "loom.cost.usd")).toBeCloseTo(16e-6, 12)
      expect(flaws(run)).toEqual([])
    }))

  it.effect.each(
    [
      ["failed", { error: new Error("dead") }],
      ["reported no usage", { text: "Hi" }]
    ] as const
  )("is counted by the call around it after one that %s", ([, turn]) =>
    Effect.gen(function*() {
      const run = yield* parrot.run("Hi").pipe(
        Effect.provide([insteadOf(measured(script(turn), { model: "named" })), prices]),
        recorded
      )
      expect(yield* run.exit).toMatchObject({ output: "fine", tokensIn: 100, tokensOut: 20, costUsd: 120e-6 })
      expect(outline(run, "model", "tokens_in").slice(2)).toEqual([
        "    loom.model.stream model=spare tokens_in=100",
        `      loom.model.stream model=named${"error" in turn ? " [failure]" : ""}`
      ])
      expect(total(run, "loom.tokens.input")).toBe(100)
      expect(flaws(run)).toEqual([])
    }))
})

describe("a call that continues after the call around it has been answered", () => {
  it.effect("is counted in addition to that one, when it ends", () =>
    Effect.gen(function*() {
      const answered = yield* Deferred.make<void>()
      const behind: Array<Fiber.Fiber<unknown, unknown>> = []
      const slow = streaming(script(hi), (inner, options) =>
        Stream.unwrap(Effect.as(Deferred.await(answered), inner.streamText(options))))
      const model = choosing(measured(slow, { model: "named" }), spare, ([first, second], options) =>
        Stream.unwrap(
          Stream.runDrain(first.streamText(options)).pipe(
            Effect.forkDaemon,
            Effect.tap((fiber) =>
              Effect.sync(() => behind.push(fiber))
            ),
            Effect.zipRight(Effect.yieldNow()),
            Effect.as(second.streamText(options))
          )
        ))
      const run = yield* parrot.run("Hi").pipe(
        Effect.tap(Effect.suspend(() => Deferred.succeed(answered, undefined))),
        Effect.tap(Effect.suspend(() => Fiber.joinAll(behind))),
        Effect.provide(model),
        recorded
      )
      expect(yield* run.exit).toMatchObject({ output: "fine", tokensIn: 100 })
      expect(outline(run, "model", "tokens_in").slice(-2)).toEqual([
        "    loom.model.stream model=spare tokens_in=100",
        "      loom.model.stream model=named tokens_in=12"
      ])
      expect(
        run.metrics.filter(({ name }) => name === "loom.tokens.input").map(({ attributes, value }) => [
          attributes["model"] === "named",
          value
        ])
      ).toEqual([[false, 100], [true, 12]])
      expect(flaws(run)).toEqual([])
    }))
})
