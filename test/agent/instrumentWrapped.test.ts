/**
 * Instrumented models on top of other people's wrappers, and around services that are made in other ways.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { add, arithmeticTools, calling } from "./arithmetic.js"
import { attributeOf, outline, recorded, spanNamed, total, totalOf } from "./recorded.js"
import { ask, hi, measured, routed, script, wrapped } from "./wrappedModel.js"

describe("an instrumented model around a wrapped one", () => {
  const twice = measured(routed(measured(script(hi))))

  it.effect.each(
    [
      ["generateText", Effect.asVoid(LanguageModel.generateText({ prompt: "Hi" }))],
      ["streamText", Stream.runDrain(LanguageModel.streamText({ prompt: "Hi" }))]
    ] as const
  )("counts %s once", ([, program]) =>
    Effect.gen(function*() {
      const run = yield* program.pipe(Effect.provide(twice), recorded)
      expect(outline(run, "tokens_in")).toEqual(["loom.model.stream", "  loom.model.stream tokens_in=12"])
      expect(total(run, "loom.tokens.input")).toBe(12)
    }))

  it.effect("keeps the error text of a failing inner call out of the records, under a span of the wrapper too", () =>
    Effect.gen(function*() {
      const secret = "s3cr3t-marker"
      const model = wrapped(measured(script({ error: new Error(secret) })), (inner) => ({
        generateText: (options: never) =>
          Effect.withSpan(Effect.asVoid(Effect.exit(inner.generateText(options))), "wrapper").pipe(
            Effect.zipRight(Effect.die("nothing"))
          )
      }))
      const run = yield* Effect.exit(LanguageModel.generateText({ prompt: "Hi" })).pipe(
        Effect.provide(measured(model)),
        recorded
      )
      expect(outline(run)).toEqual([
        "loom.model.stream [failure]",
        "  wrapper",
        "    loom.model.stream [failure]"
      ])
      expect(JSON.stringify(run.spans)).not.toContain(secret)
    }))

  it.effect.each(["generateText", "streamText"] as const)(
    "counts the model calls that the tools of a %s make",
    (method) =>
      Effect.gen(function*() {
        const program = Effect.gen(function*() {
          const model = yield* LanguageModel.LanguageModel
          const tools = arithmeticTools.toLayer({ add: () => Effect.as(ask(model, "Go"), 3) })
          const options = { prompt: "Go", toolkit: arithmeticTools }
          yield* (method === "generateText"
            ? Effect.asVoid(model.generateText(options))
            : Stream.runDrain(model.streamText(options))).pipe(Effect.provide(tools))
        })
        const run = yield* program.pipe(
          Effect.provide(measured(routed(measured(script(calling(add("c1", 1, 2)), hi))))),
          recorded
        )
        expect(run.exit._tag).toBe("Success")
        expect(totalOf(run, "loom.model.stream", "tokens_in")).toBe(42)
        expect(total(run, "loom.tokens.input")).toBe(42)
      })
  )
})

/** Methods of a class, which need their `this`. */
class Service {
  constructor(private readonly inner: LanguageModel.Service) {}
  generateText(options: never) {
    return this.inner.generateText(options)
  }
  generateObject(options: never) {
    return this.inner.generateObject(options)
  }
  streamText(options: never) {
    return this.inner.streamText(options)
  }
}

describe("a model that is an instance of a class", () => {
  it.effect.each([undefined, { model: "named" }])(
    "is called with its `this`, instrumented with %j",
    (options) =>
      Effect.gen(function*() {
        const model = Layer.effect(
          LanguageModel.LanguageModel,
          Effect.map(LanguageModel.LanguageModel, (inner) => new Service(inner) as never)
        ).pipe(Layer.provide(script(hi, hi)))
        const run = yield* Effect.zip(
          LanguageModel.generateText({ prompt: "Hi" }),
          Stream.runDrain(LanguageModel.streamText({ prompt: "Hi" }))
        ).pipe(Effect.provide(measured(model, options)), Effect.either, recorded)
        expect(Either.isRight(yield* run.exit)).toBe(true)
        expect(attributeOf(run, "loom.model.stream", "model")).toEqual(
          Array.from({ length: 2 }, () => options?.model ?? "ScriptedModel")
        )
        expect(spanNamed({ spans: run.spans.slice(0, 1) }, "loom.model.stream").attributes["tokens_in"]).toBe(12)
      })
  )
})
