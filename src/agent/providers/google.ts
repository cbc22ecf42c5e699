/**
 * Google's Gemini API: https://ai.google.dev/api/generate-content#UsageMetadata
 *
 * `promptTokenCount` includes cached content, but not what Google's own tools added to the prompt, and `candidatesTokenCount` does not include
 * thoughts. Both have to be added. Media are listed separately, since some models have other prices for audio.
 */
import { type MediaTokens, plus, property, usageOf } from "../Usage.js"
import type { Provider } from "./Provider.js"

const media: { readonly [modality: string]: MediaTokens["medium"] } = {
  AUDIO: "audio",
  IMAGE: "image",
  // Pages are counted, and priced, as images.
  DOCUMENT: "image",
  VIDEO: "video"
}

const mediaIn = (details: unknown, of: MediaTokens["of"]): ReadonlyArray<MediaTokens> =>
  Array.isArray(details)
    ? details.flatMap((detail: unknown) => {
      const medium = media[String(property(detail, "modality"))]
      return medium === undefined ? [] : [{ medium, of, tokens: property(detail, "tokenCount") as number }]
    })
    : []

/** Google's Gemini. */
export const google: Provider = {
  name: "gcp.gemini",
  aliases: ["google"],
  modelPrefixes: ["gemini", "models/gemini"],
  priceId: "google",
  priceModel: (model) => model.slice(model.lastIndexOf("/") + 1),
  usageOf: (reported, metadata) => {
    const usage = property(metadata, "usageMetadata")
    return {
      ...usageOf(reported),
      tokensIn: plus(reported.inputTokens, property(usage, "toolUsePromptTokenCount")),
      // An answer that ends during thinking only has thoughts.
      tokensOut: plus(
        reported.outputTokens ?? (reported.reasoningTokens === undefined ? undefined : 0),
        reported.reasoningTokens
      ),
      media: [
        ...mediaIn(property(usage, "promptTokensDetails"), "input"),
        ...mediaIn(property(usage, "toolUsePromptTokensDetails"), "input"),
        ...mediaIn(property(usage, "cacheTokensDetails"), "cached"),
        ...mediaIn(property(usage, "candidatesTokensDetails"), "output")
      ]
    }
  },
  // The announced counts include neither thoughts nor tool-use prompts.
  announcedUsageOf: () => ({}),
  // https://ai.google.dev/api/caching#FunctionResponse
  resultAsObject: (result, isFailure) => isFailure ? { error: result } : { output: result },
  // Its layer rejects other files in an answer.
  takesAnswerFile: (mediaType, data) => mediaType === "image/png" && !(data instanceof URL),
  // The `code` and `status` of its errors: https://ai.google.dev/gemini-api/docs/troubleshooting
  transientErrors: ["INTERNAL", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "DEADLINE_EXCEEDED"]
}

/** Gemini in Vertex AI. */
export const vertex: Provider = { ...google, name: "gcp.vertex_ai", aliases: ["google-vertex"], modelPrefixes: [] }
