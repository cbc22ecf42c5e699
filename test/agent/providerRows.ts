/**
 * Answers of each vendor, with the attributes that they lead to.
 */
import { expect } from "@effect/vitest"
import type { VendorAnswer } from "./vendorModel.js"

/** An answer of a vendor, and how it is measured. */
interface Row {
  readonly name: string
  readonly answer: VendorAnswer
  /** Attributes of `loom.model.stream`; `undefined` means absent. */
  readonly attributes: { readonly [key: string]: unknown }
}

const sonnet = { model: "claude-sonnet-4-5-20250929", requestModel: "claude-sonnet-4-5", system: "anthropic" }
const bedrockModel = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
const bedrock = { model: bedrockModel, requestModel: bedrockModel, system: "anthropic" }
const gemini = { model: "gemini-2.5-pro", requestModel: "gemini-2.5-pro", system: "gcp.gemini" }
/** An answer of GPT-4o. */
export const gpt = { model: "gpt-4o-2024-08-06", requestModel: "gpt-4o", system: "openai" }
const router = { model: "openai/gpt-4o", requestModel: "openai/gpt-4o", system: "openrouter" }

/** The answers of all vendors. */
export const rows: ReadonlyArray<Row> = [
  {
    name: "Anthropic: input that is cached for an hour",
    answer: {
      ...sonnet,
      inputTokens: 0,
      cachedInputTokens: 0,
      outputTokens: 0,
      metadata: {
        anthropic: {
          usage: {
            cache_creation_input_tokens: 100_000,
            cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 100_000 },
            service_tier: "standard"
          }
        }
      }
    },
    attributes: {
      provider: "anthropic",
      tokens_in: 100_000,
      cached_tokens_in: 0,
      cache_creation_tokens_in: 100_000,
      cache_creation_1h_tokens_in: 100_000,
      service_tier: "standard",
      cost_usd: expect.closeTo(0.6, 12),
      cost_source: "genai-prices"
    }
  },
  {
    name: "Anthropic: a batch, for which no list has a price",
    answer: {
      ...sonnet,
      inputTokens: 10,
      outputTokens: 5,
      metadata: { anthropic: { usage: { service_tier: "batch" } } }
    },
    attributes: { tokens_in: 10, tokens_out: 5, service_tier: "batch", cost_usd: undefined, cost_source: undefined }
  },
  {
    name: "Bedrock: tokens read from and written to a cache are added",
    answer: {
      ...bedrock,
      inputTokens: 5,
      outputTokens: 300,
      cachedInputTokens: 128_955,
      metadata: { bedrock: { usage: { cacheWriteInputTokens: 1253 } } }
    },
    attributes: {
      provider: "aws.bedrock",
      model: bedrockModel,
      tokens_in: 130_213,
      cached_tokens_in: 128_955,
      cache_creation_tokens_in: 1253,
      tokens_out: 300,
      cost_usd: expect.closeTo(0.052690275, 12),
      cost_source: "genai-prices"
    }
  },
  {
    name: "Bedrock: an ARN is priced by the profile that it names",
    answer: {
      ...bedrock,
      requestModel: `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${bedrockModel}`,
      inputTokens: 1000,
      outputTokens: 0,
      metadata: { bedrock: {} }
    },
    attributes: { provider: "aws.bedrock", tokens_in: 1000, cost_usd: expect.closeTo(0.0033, 12) }
  },
  {
    name: "Bedrock: a prompt router is priced by the model that it invoked",
    answer: {
      model: "arn:aws:bedrock:us-east-1:123456789012:default-prompt-router/anthropic.claude:1",
      requestModel: "arn:aws:bedrock:us-east-1:123456789012:default-prompt-router/anthropic.claude:1",
      system: "anthropic",
      inputTokens: 1000,
      outputTokens: 0,
      metadata: {
        bedrock: {
          trace: {
            promptRouter: { invokedModelId: `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${bedrockModel}` }
          }
        }
      }
    },
    attributes: {
      provider: "aws.bedrock",
      response_model: `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${bedrockModel}`,
      cost_usd: expect.closeTo(0.0033, 12)
    }
  },
  {
    name: "Gemini: thoughts are added to the candidates",
    answer: {
      ...gemini,
      inputTokens: 15,
      outputTokens: 359,
      reasoningTokens: 661,
      metadata: { google: { usageMetadata: { promptTokenCount: 15 } } }
    },
    attributes: {
      provider: "gcp.gemini",
      tokens_in: 15,
      tokens_out: 1020,
      reasoning_tokens_out: 661,
      cost_usd: expect.closeTo(0.01021875, 12)
    }
  },
  {
    name: "Gemini: thoughts alone are output, and the prompts of its own tools are input",
    answer: {
      ...gemini,
      inputTokens: 15,
      reasoningTokens: 600,
      metadata: { google: { usageMetadata: { toolUsePromptTokenCount: 985 } } }
    },
    attributes: { tokens_in: 1000, tokens_out: 600, cost_usd: expect.closeTo(0.00725, 12) }
  },
  {
    name: "Gemini: audio has its own price",
    answer: {
      ...gemini,
      model: "gemini-2.5-flash",
      requestModel: "models/gemini-2.5-flash",
      inputTokens: 1_000_100,
      outputTokens: 0,
      metadata: {
        google: {
          usageMetadata: {
            promptTokensDetails: [{ modality: "TEXT", tokenCount: 100 }, { modality: "AUDIO", tokenCount: 1_000_000 }]
          }
        }
      }
    },
    attributes: { tokens_in: 1_000_100, cost_usd: expect.closeTo(1.00003, 12) }
  },
  {
    name: "OpenRouter: with a key of the user's own, the upstream cost",
    answer: {
      ...router,
      inputTokens: 10,
      outputTokens: 5,
      metadata: { openrouter: { usage: { cost: 0, costDetails: { upstream_inference_cost: 0.0360795 } } } }
    },
    attributes: { provider: "openrouter", cost_usd: 0.0360795, cost_source: "vendor" }
  },
  {
    name: "OpenRouter: with a key of the user's own and a fee, both",
    answer: {
      ...router,
      inputTokens: 10,
      outputTokens: 5,
      metadata: { openrouter: { usage: { cost: 0.95, costDetails: { upstream_inference_cost: 19 } } } }
    },
    attributes: { cost_usd: 19.95, cost_source: "vendor" }
  },
  {
    name: "OpenRouter: with its own key, the cost once",
    answer: {
      ...router,
      inputTokens: 10,
      outputTokens: 5,
      metadata: { openrouter: { usage: { cost: 0.5, costDetails: { upstream_inference_cost: 0.5 } } } }
    },
    attributes: { cost_usd: 0.5, cost_source: "vendor" }
  },
  {
    name: "OpenRouter: a free model costs nothing, which is a cost",
    answer: { ...router, inputTokens: 10, outputTokens: 5, metadata: { openrouter: { usage: { cost: 0 } } } },
    attributes: { cost_usd: 0, cost_source: "vendor" }
  },
  {
    name: "OpenRouter: tokens written to a cache",
    answer: {
      ...router,
      inputTokens: 100,
      cachedInputTokens: 60,
      outputTokens: 5,
      metadata: { openrouter: { usage: { cost: 0.1, promptTokensDetails: { cache_write_tokens: 30 } } } }
    },
    attributes: { tokens_in: 100, cached_tokens_in: 60, cache_creation_tokens_in: 30 }
  },
  {
    name: "OpenAI: a deployment is priced by the model that the answer names",
    answer: {
      ...gpt,
      requestModel: "my-deployment",
      inputTokens: 1000,
      outputTokens: 100,
      metadata: { openai: { serviceTier: "default" } }
    },
    attributes: {
      model: "my-deployment",
      response_model: "gpt-4o-2024-08-06",
      service_tier: "default",
      cost_usd: expect.closeTo(0.0035, 12)
    }
  },
  ...["flex", "priority", "scale"].map((serviceTier): Row => ({
    name: `OpenAI: the tier ${serviceTier}, for which no list has a price`,
    answer: { ...gpt, inputTokens: 1000, outputTokens: 100, metadata: { openai: { serviceTier } } },
    attributes: { provider: "openai", service_tier: serviceTier, tokens_in: 1000, cost_usd: undefined }
  })),
  {
    name: "OpenAI: reasoning and cached tokens are parts",
    answer: {
      ...gpt,
      inputTokens: 1000,
      cachedInputTokens: 400,
      outputTokens: 100,
      reasoningTokens: 60,
      metadata: { openai: {} }
    },
    attributes: {
      tokens_in: 1000,
      cached_tokens_in: 400,
      tokens_out: 100,
      reasoning_tokens_out: 60,
      service_tier: undefined,
      cost_usd: expect.closeTo(0.003, 12)
    }
  },
  {
    name: "a compatible server that leaves usage out",
    answer: { ...gpt, text: "Hello there.", metadata: { openai: {} } },
    attributes: {
      tokens_in: undefined,
      tokens_out: undefined,
      cached_tokens_in: undefined,
      cost_usd: undefined,
      usage_estimated_tokens: expect.any(Number)
    }
  },
  {
    name: "a compatible server that says nothing about the cache",
    answer: { ...gpt, inputTokens: 10, outputTokens: 5, metadata: { openai: {} } },
    attributes: { tokens_in: 10, cached_tokens_in: undefined, usage_estimated_tokens: undefined }
  }
]
