/**
 * Any nesting of wrappers and instrumented models below an agent: spans, metrics and the run agree, and nothing is counted twice.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Response from "@effect/ai/Response"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { ScriptedModel } from "loom-telemetry/agent"
import { talker } from "./arithmetic.js"
import { attributeOf, flaws, recorded, total, totalOf } from "./recorded.js"
import { measured, type Model, type Options } from "./wrappedModel.js"

type Service = LanguageModel.Service

/** A wrapper around two models. */
const wrappers = {
  passes: ([first]: readonly [Service, Service], options: Options) => first.streamText(options),
  buffers: ([first]: readonly [Service, Service], options: Options) =>
    first.streamText(options).pipe(Stream.buffer({ capacity: 1 })),
  rewrites: ([first]: readonly [Service, Service], options: Options) =>
    first.streamText({ ...options, prompt: "Rewritten" }),
  retries: ([first]: readonly [Service, Service], options: Options) =>
    Stream.orElse(first.streamText(options), () => first.streamText(options)),
  asksTwice: ([first]: readonly [Service, Service], options: Options) =>
    Stream.unwrap(Effect.as(Stream.runDrain(first.streamText(options)), first.streamText(options))),
  guards: ([first, second]: readonly [Service, Service], options: Options) =>
    Stream.unwrap(Effect.as(second.generateText({ prompt: "Is that allowed?" }), first.streamText(options))),
  fallsBack: ([first, second]: readonly [Service, Service], options: Options) =>
    Stream.orElse(first.streamText(options), () => second.streamText(options)),
  answersFirst: ([first, second]: readonly [Service, Service], options: Options) =>
    Stream.merge(first.streamText(options), Stream.drain(second.streamText(options)))
}

interface Node {
  readonly isMeasured: boolean
  /** The tokens of a model that always answers, 0 for one that always fails; or a wrapper around two models. */
  readonly of: number | { readonly wrapper: keyof typeof wrappers; readonly inner: readonly [Node, Node] }
}

/** New parts, as for a wrapper that is built with `LanguageModel.make`. */
const remade = (part: Response.AnyPart): ReadonlyArray<Response.StreamPartEncoded> => {
  switch (part.type) {
    case "text-start":
    case "text-end":
      return [{ type: part.type, id: part.id }]
    case "text-delta":
      return [{ type: part.type, id: part.id, delta: part.delta }]
    case "finish":
      return [{ type: part.type, reason: part.reason, usage: { ...part.usage } }]
    default:
      return []
  }
}

/** The model of a tree; `spent` receives the tokens of each answer. */
const modelOf = ({ isMeasured, of }: Node, spent: (tokens: number) => void): Model => {
  const model = typeof of === "number" ? leaf(of, spent) : Layer.effect(
    LanguageModel.LanguageModel,
    Effect.gen(function*() {
      const services = [
        yield* Effect.provide(LanguageModel.LanguageModel, modelOf(of.inner[0], spent)),
        yield* Effect.provide(LanguageModel.LanguageModel, modelOf(of.inner[1], spent))
      ] as const
      return yield* LanguageModel.make({
        generateText: ({ prompt }) => Effect.map(services[0].generateText({ prompt }), () => []),
        streamText: ({ prompt }) =>
          Stream.mapConcat(
            wrappers[of.wrapper](services, { prompt }) as Stream.Stream<Response.AnyPart, never>,
            remade
          )
      })
    })
  )
  return isMeasured ? measured(model) : model
}

const leaf = (tokens: number, spent: (tokens: number) => void): Model =>
  Layer.effect(
    LanguageModel.LanguageModel,
    Effect.suspend(() => {
      const turn = tokens === 0
        ? { error: new Error("dead") }
        : { text: "Hi", usage: { inputTokens: tokens, outputTokens: 1 } }
      return Effect.map(
        Effect.provide(LanguageModel.LanguageModel, ScriptedModel.layer(Array.from({ length: 64 }, () => turn))),
        (service): Service => ({
          ...service,
          generateText: (options: never) => Effect.tap(service.generateText(options), () => spent(tokens)),
          streamText: (options: never) =>
            Stream.concat(service.streamText(options), Stream.drain(Stream.sync(() => spent(tokens))))
        } as never)
      )
    })
  )

const tree = (isMeasured: fc.Arbitrary<boolean>): fc.Arbitrary<Node> =>
  fc.letrec<{ leaf: Node; node: Node }>((tie) => ({
    leaf: fc.record({ isMeasured, of: fc.nat(50) }),
    node: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      tie("leaf"),
      fc.record({
        isMeasured: fc.boolean(),
        of: fc.record({
          wrapper: fc.constantFrom(...Object.keys(wrappers) as Array<keyof typeof wrappers>),
          inner: fc.tuple(tie("node"), tie("leaf"))
        })
      })
    )
  })).node

const ranWith = (node: Node) =>
  Effect.suspend(() => {
    let spent = 0
    return talker("parrot").run("Hi").pipe(
      Effect.provide(modelOf(node, (tokens) => void (spent += tokens))),
      recorded,
      Effect.map((run) => ({
        run,
        spent,
        spans: totalOf(run, "loom.model.stream", "tokens_in"),
        metrics: total(run, "loom.tokens.input"),
        total: attributeOf(run, "loom.run", "tokens_in")[0]
      }))
    )
  })

describe("the tokens of nested model calls", () => {
  it.effect.prop(
    "are all counted, once, if every model at the bottom is instrumented",
    [tree(fc.constant(true))],
    ([node]) =>
      Effect.gen(function*() {
        const { metrics, run, spans, spent, total } = yield* ranWith(node)
        expect({ spans, metrics, total }).toEqual({ spans: spent, metrics: spent, total: spent })
        expect(flaws(run)).toEqual([])
      }),
    60_000
  )

  it.effect.prop(
    "are never counted twice, whichever models are instrumented",
    [tree(fc.boolean())],
    ([node]) =>
      Effect.gen(function*() {
        const { metrics, run, spans, spent, total } = yield* ranWith(node)
        expect(spans).toBeLessThanOrEqual(spent)
        expect({ metrics, total }).toEqual({ metrics: spans, total: spans })
        expect(flaws(run)).toEqual([])
      }),
    60_000
  )
})
