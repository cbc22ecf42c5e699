/**
 * Another vendor's `LanguageModel`: it does not name its model before it answers, and reports usage with any metadata.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Response from "@effect/ai/Response"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

/** Its answer. */
export interface VendorAnswer {
  readonly model?: string
  readonly text?: string
  readonly inputTokens?: number
  readonly outputTokens?: number
  readonly cachedInputTokens?: number
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
      cachedInputTokens: answer.cachedInputTokens
    },
    metadata: answer.metadata as Response.FinishPartMetadata
  }
]

/** A model that always gives this answer. */
export const vendorModel = (answer: VendorAnswer): Layer.Layer<LanguageModel.LanguageModel> => {
  const { request = Effect.void, text = "Hi" } = answer
  return Layer.effect(
    LanguageModel.LanguageModel,
    LanguageModel.make({
      generateText: () => Effect.as(request, [{ type: "text", text }, ...parts(answer)]),
      streamText: () =>
        Stream.unwrap(Effect.as(
          request,
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
