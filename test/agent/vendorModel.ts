/**
 * Another vendor's `LanguageModel`: it does not name its model before it answers, and reports usage with any metadata.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Response from "@effect/ai/Response"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type * as Tracer from "effect/Tracer"

/** Its answer. */
export interface VendorAnswer {
  readonly model?: string
  readonly text?: string
  readonly inputTokens?: number
  readonly outputTokens?: number
  readonly cachedInputTokens?: number
  readonly reasoningTokens?: number
  /** As its layer sets it on the span of `@effect/ai`. */
  readonly system?: string
  /** The model in the request, as its layer sets it there. */
  readonly requestModel?: string
  /** On the finish part, by provider. */
  readonly metadata?: { readonly [provider: string]: unknown }
  /** Runs when the request is made, inside the model call. */
  readonly request?: Effect.Effect<void>
}

type FinalPart = Response.ResponseMetadataPartEncoded | Response.FinishPartEncoded

const parts = (answer: VendorAnswer): ReadonlyArray<FinalPart> => [
  { type: "response-metadata", ...(answer.model !== undefined && { modelId: answer.model }) },
  {
    type: "finish",
    reason: "stop",
    usage: {
      inputTokens: answer.inputTokens,
      outputTokens: answer.outputTokens,
      totalTokens: undefined,
      cachedInputTokens: answer.cachedInputTokens,
      reasoningTokens: answer.reasoningTokens
    },
    metadata: answer.metadata as Response.FinishPartMetadata
  }
]

/** A model that always gives this answer. */
export const vendorModel = (answer: VendorAnswer): Layer.Layer<LanguageModel.LanguageModel> => {
  const { request = Effect.void, requestModel, system, text = "Hi" } = answer
  const announced = (span: Tracer.Span) =>
    Effect.sync(() => {
      if (system !== undefined) {
        span.attribute("gen_ai.system", system)
      }
      if (requestModel !== undefined) {
        span.attribute("gen_ai.request.model", requestModel)
      }
    })
  return Layer.effect(
    LanguageModel.LanguageModel,
    LanguageModel.make({
      generateText: ({ span }) =>
        Effect.as(Effect.zipRight(announced(span), request), [{ type: "text", text }, ...parts(answer)]),
      streamText: ({ span }) =>
        Stream.unwrap(Effect.as(
          Effect.zipRight(announced(span), request),
          Stream.make<Array<Response.StreamPartEncoded>>(
            { type: "text-start", id: "t" },
            { type: "text-delta", id: "t", delta: text },
            { type: "text-end", id: "t" },
            ...parts(answer)
          )
        ))
    })
  )
}
