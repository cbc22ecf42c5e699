/**
 * OpenRouter: https://openrouter.ai/docs/use-cases/usage-accounting
 *
 * Its counts include their parts. It reports the cost of a call in credits of one US dollar. With a key of the user's own, that is only its fee of
 * zero or a twentieth; the vendor behind it bills the rest, which is reported as the upstream cost. With OpenRouter's key, both are the same amount.
 */
import { count, type MediaTokens, property, usageOf } from "../Usage.js"
import type { Provider } from "./Provider.js"

const audio = (of: MediaTokens["of"], tokens: unknown): MediaTokens => ({
  medium: "audio",
  of,
  tokens: count(tokens) ?? 0
})

/** OpenRouter. */
export const openrouter: Provider = {
  name: "openrouter",
  usageOf: (reported, metadata) => {
    const prompt = property(metadata, "usage", "promptTokensDetails")
    return {
      ...usageOf(reported),
      cacheCreationTokensIn: property(prompt, "cache_write_tokens") as number | undefined,
      media: [
        audio("input", property(prompt, "audio_tokens")),
        audio("output", property(metadata, "usage", "completionTokensDetails", "audio_tokens"))
      ]
    }
  },
  costOf: (metadata) => {
    const cost = count(property(metadata, "usage", "cost"))
    const upstream = count(property(metadata, "usage", "costDetails", "upstream_inference_cost"))
    return cost !== undefined && upstream !== undefined && cost < upstream / 2 ? cost + upstream : cost
  },
  // The status in its error event: https://openrouter.ai/docs/api-reference/errors
  transientErrors: [408, 429, 500, 502, 503, 504]
}
