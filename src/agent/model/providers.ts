/**
 * Provider names as the OpenTelemetry semantic conventions (v1.41.1, `gen_ai.provider.name`) spell them.
 */

/** Names that `@effect/ai`'s provider packages use, where they differ. */
const aliases: { readonly [name: string]: string } = {
  "amazon-bedrock": "aws.bedrock",
  "azure": "azure.ai.openai",
  "google": "gcp.gemini",
  "google-vertex": "gcp.vertex_ai",
  "mistral": "mistral_ai",
  "xai": "x_ai"
}

const prefixes: ReadonlyArray<readonly [prefix: string, provider: string]> = [
  ["claude", "anthropic"],
  ["gpt-", "openai"],
  ["chatgpt", "openai"],
  ["o1", "openai"],
  ["o3", "openai"],
  ["o4", "openai"],
  ["gemini", "gcp.gemini"],
  ["mistral", "mistral_ai"],
  ["codestral", "mistral_ai"],
  ["command", "cohere"],
  ["deepseek", "deepseek"],
  ["sonar", "perplexity"],
  ["grok", "x_ai"]
]

/** The provider: as the layer in use names it, else by the model id's prefix, else `_OTHER`. */
export const providerName = (named: string | undefined, model: string | undefined): string => {
  if (named !== undefined && named !== "") {
    return aliases[named] ?? named
  }
  return prefixes.find(([prefix]) => model?.startsWith(prefix))?.[1] ?? "_OTHER"
}
