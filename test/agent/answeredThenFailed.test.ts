/**
 * Calls of an instrumented model that cost tokens although the caller gets no answer: a tool fails, or the object does not fit its schema.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { instrumentLanguageModel, instrumentToolkit, Pricing } from "loom-telemetry/agent"
import { add, arithmetic, arithmeticTools, calling, saying } from "./arithmetic.js"
import { attributeOf, outline, recorded, type Records, scripted, total, totalOf } from "./recorded.js"

const instrumented = Effect.provide(instrumentLanguageModel())

const Go = Tool.make("go", { parameters: { n: Schema.Number }, success: Schema.Number, failure: Schema.String })

const kit = Toolkit.make(Go)

const going = calling({ id: "c1", name: "go", params: { n: 1 } })

/** One call with this handler; `@effect/ai` runs the tools. */
const asked = (method: "generateText" | "streamText", handler: Effect.Effect<number, string>) =>
  Effect.flatMap(instrumentToolkit(kit), (toolkit) =>
    method === "generateText"
      ? Effect.asVoid(LanguageModel.generateText({ prompt: "Go", toolkit }))
      : Stream.runDrain(LanguageModel.streamText({ prompt: "Go", toolkit }))).pipe(
      Effect.provide(kit.toLayer({ go: () => handler })),
      instrumented
    )

const counted = (run: Records) => [
  totalOf(run, "loom.model.stream", "tokens_in"),
  totalOf(run, "loom.model.stream", "tokens_out"),
  total(run, "loom.tokens.input"),
  total(run, "loom.tokens.output")
]

describe("an answered call that fails afterwards", () => {
  it.effect.each(["generateText", "streamText"] as const)(
    "in %s counts its usage if a tool fails",
    (method) =>
      Effect.gen(function*() {
        const run = yield* asked(method, Effect.fail("nope")).pipe(scripted(going), recorded)
        expect(yield* Effect.flip(run.exit)).toBe("nope")
        expect(outline(run)).toEqual(["loom.model.stream [failure]", "  loom.tool [failure]"])
        expect(counted(run)).toEqual([30, 8, 30, 8])
      })
  )

  it.effect.each(["generateText", "streamText"] as const)(
    "in %s counts its usage if it is interrupted in a tool",
    (method) =>
      Effect.gen(function*() {
        const reached = yield* Deferred.make<void>()
        const program = asked(method, Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never))
        const run = yield* Effect.gen(function*() {
          const fiber = yield* Effect.fork(program)
          yield* Deferred.await(reached)
          yield* Fiber.interrupt(fiber)
        }).pipe(scripted(going), recorded)
        expect(attributeOf(run, "loom.model.stream", "tokens_in")).toEqual([30])
        expect(counted(run)).toEqual([30, 8, 30, 8])
      })
  )

  it.effect("counts its usage inside an agent's tool", () =>
    Effect.gen(function*() {
      const tools = arithmeticTools.toLayer({
        add: () =>
          Effect.flatMap(Effect.serviceOption(LanguageModel.LanguageModel), (model) =>
            model._tag === "None" ? Effect.succeed(0) : asked("generateText", Effect.fail("nope")).pipe(
              Effect.provideService(LanguageModel.LanguageModel, model.value),
              Effect.orDie,
              Effect.as(0)
            ))
      })
      const run = yield* arithmetic.run("Go").pipe(
        Effect.provide(tools),
        scripted(calling(add("c1", 1, 2)), going, saying("done")),
        recorded
      )
      expect(counted(run)).toEqual([72, 20, 72, 20])
      expect(yield* run.exit).toMatchObject({ tokensIn: 72, tokensOut: 20 })
    }))

  it.effect("has no price, since its cached tokens are unknown", () =>
    Effect.gen(function*() {
      const prices = Pricing.table([{ model: "", input: 1e6, output: 1e6 }])
      const run = yield* asked("generateText", Effect.fail("nope")).pipe(
        Effect.provide(prices),
        scripted(going),
        recorded
      )
      expect(counted(run)).toEqual([30, 8, 30, 8])
      expect(attributeOf(run, "loom.model.stream", "cost_usd")).toEqual([undefined])
      expect(attributeOf(run, "loom.model.stream", "cached_tokens_in")).toEqual([undefined])
    }))

  it.effect("has no input if the vendor counts cached input separately", () =>
    Effect.gen(function*() {
      const vendor = Layer.effect(
        LanguageModel.LanguageModel,
        LanguageModel.make({
          generateText: ({ span }) =>
            Effect.sync(() => {
              span.attribute("gen_ai.system", "anthropic")
              span.attribute("gen_ai.usage.input_tokens", 3)
              span.attribute("gen_ai.usage.output_tokens", 8)
              return [{ type: "tool-call" as const, id: "c1", name: "go", params: { n: 1 } }]
            }),
          streamText: () => Stream.empty
        })
      )
      const run = yield* asked("generateText", Effect.fail("nope")).pipe(Effect.provide(vendor), recorded)
      expect(counted(run)).toEqual([0, 8, 0, 8])
      expect(attributeOf(run, "loom.model.stream", "tokens_in")).toEqual([undefined])
    }))
})
