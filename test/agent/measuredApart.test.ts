/**
 * Answers of one call that do not come to its caller: refused by a wrapper, or given behind its back. None is lost, and none is taken for another.
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
import { attributeOf, flaws, outline, recorded, total, totalOf } from "./recorded.js"
import { hi, measured, type Model, type Options, script, streaming } from "./wrappedModel.js"

const parrot = talker("parrot")

/** Not measured by itself, and other than `hi`. */
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

describe("an answer that a wrapper refuses", () => {
  it.effect("is counted beside the one that it takes from a model that is not measured", () =>
    Effect.gen(function*() {
      const model = choosing(measured(script(hi), { model: "named" }), spare, ([first, second], options) =>
        Stream.unwrap(Effect.as(Stream.runDrain(first.streamText(options)), second.streamText(options))))
      const run = yield* parrot.run("Hi").pipe(Effect.provide([model, prices]), recorded)
      expect(yield* run.exit).toMatchObject({ output: "fine", tokensIn: 112, tokensOut: 24, costUsd: 136e-6 })
      expect(totalOf(run, "loom.model.stream", "tokens_in")).toBe(112)
      expect(total(run, "loom.tokens.input")).toBe(112)
      expect(total(run, "loom.cost.usd")).toBeCloseTo(136e-6, 12)
      expect(flaws(run)).toEqual([])
    }))
})

describe("a call that goes on behind the one that is answered", () => {
  it.effect("is counted when it is over, and does not give that one its name", () =>
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
      expect(outline(run, "tokens_in").at(-1)).toBe("    loom.model.stream tokens_in=100")
      expect(attributeOf(run, "loom.model.stream", "model")).not.toContain("named")
      expect(
        run.metrics.filter(({ name }) => name === "loom.tokens.input").map(({ attributes, value }) => [
          attributes["model"] === "named",
          value
        ])
      ).toEqual([[false, 100], [true, 12]])
      expect(flaws(run)).toEqual([])
    }))
})
