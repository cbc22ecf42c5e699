/**
 * An agent on top of other people's wrappers on top of instrumented models: all tokens are counted, each of them once, at the innermost call.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Agent, ScriptedModel, type ScriptedTurn } from "loom-telemetry/agent"
import { add, arithmeticTools, calling, talker } from "./arithmetic.js"
import { attributeOf, flaws, outline, recorded, type Records, total, totalOf } from "./recorded.js"
import { answeredWith } from "./vendorErrors.js"
import { vendorModel } from "./vendorModel.js"
import { ask, hi, measured, type Options, routed, script, streaming } from "./wrappedModel.js"

const parrot = talker("parrot")

/** Uses other amounts, to be distinguishable. */
const other: ScriptedTurn = { text: "fine", usage: { inputTokens: 100, outputTokens: 20 } }

/** Input tokens in each of the three views. */
const views = (run: Records) => ({
  spans: totalOf(run, "loom.model.stream", "tokens_in"),
  metrics: total(run, "loom.tokens.input"),
  run: attributeOf(run, "loom.run", "tokens_in").at(-1)
})

const everywhere = (tokens: number) => ({ spans: tokens, metrics: tokens, run: tokens })

/** A run with one turn and this many nested calls. The innermost has the tokens. */
const nested = (depth: number) => [
  "loom.run tokens_in=12",
  "  loom.turn",
  ...Array.from(
    { length: depth },
    (_, index) => `${"  ".repeat(index + 2)}loom.model.stream${index === depth - 1 ? " tokens_in=12" : ""}`
  )
]

describe("an agent on an instrumented model", () => {
  it.effect.each(
    [
      ["directly", measured(script(hi)), 1],
      ["instrumented twice", measured(measured(script(hi))), 1],
      ["in a wrapper", routed(measured(script(hi))), 2],
      ["in a wrapper that is instrumented too", measured(routed(measured(script(hi)))), 2],
      ["in nested wrappers", measured(routed(measured(routed(measured(measured(script(hi))))))), 3]
    ] as const
  )("counts a call once: %s", ([, model, depth]) =>
    Effect.gen(function*() {
      const run = yield* parrot.run("Hi").pipe(Effect.provide(model), recorded)
      expect(outline(run, "tokens_in")).toEqual(nested(depth))
      expect(views(run)).toEqual(everywhere(12))
      expect(yield* run.exit).toMatchObject({ output: "Hi", tokensIn: 12, tokensOut: 4 })
      expect(flaws(run)).toEqual([])
    }))

  it.effect("takes the model of the run from the call that knows it", () =>
    Effect.gen(function*() {
      const inner = measured(vendorModel({ inputTokens: 1, outputTokens: 1 }), { model: "gpt-5", provider: "azure" })
      const run = yield* parrot.run("Hi").pipe(Effect.provide(routed(inner)), recorded)
      expect(outline(run, "model", "provider")).toEqual([
        "loom.run model=gpt-5",
        "  loom.turn",
        "    loom.model.stream model=unknown provider=_OTHER",
        "      loom.model.stream model=gpt-5 provider=azure.ai.openai"
      ])
      expect(run.metrics[0]!.attributes["model"]).toBe("gpt-5")
    }))

  it.effect("counts a reported cost once, even if the call reports no usage", () =>
    Effect.gen(function*() {
      const inner = measured(vendorModel({ metadata: { openrouter: { usage: { cost: 0.25 } } } }))
      const run = yield* parrot.run("Hi").pipe(Effect.provide(routed(inner)), recorded)
      expect(outline(run, "cost_usd")).toEqual([
        "loom.run cost_usd=0.25",
        "  loom.turn",
        "    loom.model.stream",
        "      loom.model.stream cost_usd=0.25"
      ])
      expect(total(run, "loom.cost.usd")).toBe(0.25)
    }))

  it.effect("calls a wrapper that is a copy with another method", () =>
    Effect.gen(function*() {
      let calls = 0
      const model = Layer.effect(
        LanguageModel.LanguageModel,
        Effect.map(LanguageModel.LanguageModel, (inner): LanguageModel.Service => {
          const streamText = (options: never) =>
            Stream.unwrap(Effect.sync(() => {
              calls++
              return inner.streamText(options)
            }))
          return { ...inner, streamText: streamText as never }
        })
      ).pipe(Layer.provide(measured(script(hi))))
      const run = yield* parrot.run("Hi").pipe(Effect.provide(model), recorded)
      expect(calls).toBe(1)
      expect(outline(run, "tokens_in")).toEqual(nested(2))
      expect(views(run)).toEqual(everywhere(12))
    }))

  it.effect("counts the question of a guard next to the answer", () =>
    Effect.gen(function*() {
      const model = streaming(measured(script(other, hi)), (inner, options) =>
        Stream.unwrap(Effect.as(ask(inner, "Is that allowed?"), inner.streamText(options))))
      const run = yield* parrot.run("Hi").pipe(Effect.provide(model), recorded)
      expect(outline(run, "tokens_in")).toEqual([
        "loom.run tokens_in=112",
        "  loom.turn",
        "    loom.model.stream",
        "      loom.model.stream tokens_in=100",
        "      loom.model.stream tokens_in=12"
      ])
      expect(views(run)).toEqual(everywhere(112))
    }))

  it.effect("counts the guard's question alone if only the guard is instrumented", () =>
    Effect.gen(function*() {
      const guard = measured(script(other))
      const model = Layer.effect(
        LanguageModel.LanguageModel,
        Effect.gen(function*() {
          const inner = yield* LanguageModel.LanguageModel
          const watch = yield* Effect.provide(LanguageModel.LanguageModel, guard)
          const streamText = (options: Options) =>
            Stream.unwrap(Effect.as(ask(watch, "Is that allowed?"), inner.streamText(options)))
          return { ...inner, streamText: streamText as never }
        })
      ).pipe(Layer.provide(script(hi)))
      const run = yield* parrot.run("Hi").pipe(Effect.provide(model), recorded)
      expect(views(run)).toEqual(everywhere(100))
    }))

  it.effect("counts a call with a rewritten prompt once", () =>
    Effect.gen(function*() {
      const model = streaming(
        measured(script(hi)),
        (inner, options) => inner.streamText({ ...options, prompt: "Rewritten" })
      )
      const run = yield* parrot.run("Hi").pipe(Effect.provide(model), recorded)
      expect(outline(run, "tokens_in")).toEqual([
        "loom.run tokens_in=12",
        "  loom.turn",
        "    loom.model.stream",
        "      loom.model.stream tokens_in=12"
      ])
      expect(views(run)).toEqual(everywhere(12))
    }))

  it.effect("counts a call once if its prompt is rewritten between two instrumented models", () =>
    Effect.gen(function*() {
      const rewritten = streaming(
        measured(script(hi)),
        (inner, options) => inner.streamText({ ...options, prompt: "Rewritten" })
      )
      const run = yield* parrot.run("Hi").pipe(Effect.provide(measured(rewritten)), recorded)
      expect(views(run)).toEqual(everywhere(12))
    }))

  it.effect("counts each of several answers to one prompt", () =>
    Effect.gen(function*() {
      const model = streaming(measured(script(hi, hi, other)), (inner, options) =>
        Stream.unwrap(
          Effect.as(
            Effect.all([Stream.runDrain(inner.streamText(options)), Stream.runDrain(inner.streamText(options))]),
            inner.streamText(options)
          )
        ))
      const run = yield* parrot.run("Hi").pipe(Effect.provide(model), recorded)
      expect(views(run)).toEqual(everywhere(124))
      expect(run.spans.filter(({ name }) => name === "loom.model.stream")).toHaveLength(4)
    }))

  it.effect("shows the model that failed and the one that a router falls back to", () =>
    Effect.gen(function*() {
      const dead = measured(ScriptedModel.layer([{ error: answeredWith(400) }], { model: "dead" }))
      const spare = measured(ScriptedModel.layer([hi], { model: "spare" }))
      const model = Layer.effect(
        LanguageModel.LanguageModel,
        Effect.gen(function*() {
          const first = yield* Effect.provide(LanguageModel.LanguageModel, dead)
          const second = yield* Effect.provide(LanguageModel.LanguageModel, spare)
          const streamText = (options: Options) =>
            Stream.orElse(first.streamText(options), () => second.streamText(options))
          return { ...first, streamText: streamText as never }
        })
      )
      const run = yield* parrot.run("Hi").pipe(Effect.provide(model), recorded)
      expect(outline(run, "model")).toEqual([
        "loom.run model=spare",
        "  loom.turn",
        "    loom.model.stream model=spare",
        "      loom.model.stream model=dead [failure]",
        "      loom.model.stream model=spare"
      ])
      expect(views(run)).toEqual(everywhere(12))
    }))

  it.effect("spends its budget once", () =>
    Effect.gen(function*() {
      const agent = Agent.make({
        name: "thrifty",
        instructions: "",
        toolkit: arithmeticTools,
        budget: { maxTokens: 50 }
      })
      const run = yield* agent.run("Go").pipe(
        Effect.provide(arithmeticTools.toLayer({ add: () => Effect.succeed(3) })),
        Effect.provide(routed(measured(script(calling(add("c1", 1, 2)), hi)))),
        recorded
      )
      expect(yield* run.exit).toMatchObject({ interruptedReason: null, tokensIn: 42, tokensOut: 12 })
    }))
})
