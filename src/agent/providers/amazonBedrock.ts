/**
 * Amazon Bedrock's Converse API: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html
 *
 * `inputTokens` excludes tokens read from and written to a cache, which have to be added. Its layer sets `gen_ai.system` to `anthropic`, whatever the
 * model.
 */
import { plus, property, usageOf } from "../Usage.js"
import type { Provider } from "./Provider.js"

/** Amazon Bedrock. */
export const amazonBedrock: Provider = {
  name: "aws.bedrock",
  aliases: ["amazon-bedrock", "bedrock"],
  // An ARN, or a maker and a model with an optional inference profile region: `us.anthropic.claude-…`, `amazon.nova-pro-v1:0`.
  ownModels:
    /^(?:arn:aws[\w-]*:bedrock:|(?:(?:us|us-gov|eu|apac|au|ca|jp|sa|global)\.)?(?:ai21|amazon|anthropic|cohere|deepseek|luma|meta|mistral|moonshot|minimax|nvidia|openai|qwen|stability|twelvelabs|writer|zai)\.)/,
  priceId: "aws",
  // An ARN ends with the id of the model or of the inference profile.
  priceModel: (model) => model.slice(model.lastIndexOf("/") + 1),
  usageOf: (reported, metadata) => {
    const written = property(metadata, "usage", "cacheWriteInputTokens")
    return {
      ...usageOf(reported),
      tokensIn: metadata === undefined
        ? undefined
        : plus(reported.inputTokens, reported.cachedInputTokens, written),
      cacheCreationTokensIn: written as number | undefined
    }
  },
  announcedUsageOf: ({ outputTokens }) => ({ tokensOut: outputTokens }),
  // A prompt router chooses the model that answers.
  modelOf: (metadata) => property(metadata, "trace", "promptRouter", "invokedModelId")
}
