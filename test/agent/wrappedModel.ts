/**
 * Models inside other people's wrappers: routers, caches, guards.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import { instrumentLanguageModel, ScriptedModel, type ScriptedTurn } from "loom-telemetry/agent"
import { saying } from "./arithmetic.js"

/** A model. */
export type Model = Layer.Layer<LanguageModel.LanguageModel>

/** The model behind `instrumentLanguageModel`. */
export const measured = (model: Model, options?: Parameters<typeof instrumentLanguageModel>[0]): Model =>
  Layer.provide(instrumentLanguageModel(options), model)

type Methods = Partial<Record<keyof LanguageModel.Service, unknown>>

/** A wrapper with its own methods, which calls the inner model for the others. */
export const wrapped = (model: Model, wrapper: (inner: LanguageModel.Service) => Methods): Model =>
  Layer.effect(
    LanguageModel.LanguageModel,
    Effect.map(LanguageModel.LanguageModel, (inner): LanguageModel.Service => {
      const calls: Methods = {
        generateText: (options: never) => inner.generateText(options),
        generateObject: (options: never) => inner.generateObject(options),
        streamText: (options: never) => inner.streamText(options)
      }
      return { ...calls, ...wrapper(inner) } as never
    })
  ).pipe(Layer.provide(model))

/** A wrapper that only passes calls on. */
export const routed = (model: Model): Model => wrapped(model, () => ({}))

/** Options of a call without tools. */
export type Options = LanguageModel.GenerateTextOptions<{}>

/** A wrapper around `streamText`, the method that agents call. */
export const streaming = (
  model: Model,
  answer: (inner: LanguageModel.Service, options: Options) => Stream.Stream<unknown, unknown>
): Model => wrapped(model, (inner) => ({ streamText: (options: Options) => answer(inner, options) }))

/** An additional call, next to the agent's. */
export const ask = (inner: LanguageModel.Service, prompt: string) => Effect.orDie(inner.generateText({ prompt }))

/** A model that follows this script. */
export const script = (...turns: ReadonlyArray<ScriptedTurn>): Model => ScriptedModel.layer(turns)

/** 12 + 4 tokens per call. */
export const hi = saying("Hi")
