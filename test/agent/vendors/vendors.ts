/**
 * The real layers of all vendors, pointed at a server of the test suite.
 */
import type { LanguageModel } from "@effect/ai"
import { AmazonBedrockClient, AmazonBedrockLanguageModel } from "@effect/ai-amazon-bedrock"
import { AnthropicClient, AnthropicLanguageModel } from "@effect/ai-anthropic"
import { GoogleClient, GoogleLanguageModel } from "@effect/ai-google"
import { OpenAiClient, OpenAiLanguageModel } from "@effect/ai-openai"
import { OpenRouterClient, OpenRouterLanguageModel } from "@effect/ai-openrouter"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { VendorServer } from "./vendorServer.js"

/** A key that only the vendor may see. */
export const secretKey = "sk-secret-0123456789"

/** Options of the layers. */
export interface VendorOptions {
  readonly transformClient?: (client: HttpClient.HttpClient) => HttpClient.HttpClient
  /** Default: the vendor's. */
  readonly model?: string
  /** Default: `fetch`. */
  readonly http?: Layer.Layer<HttpClient.HttpClient>
}

/** A vendor. */
export interface Vendor {
  /** As in `provider` on spans. */
  readonly name: string
  /** The model in the request. */
  readonly model: string
  /** The model in the answer. */
  readonly responseModel: string
  readonly layer: (server: VendorServer, options?: VendorOptions) => Layer.Layer<LanguageModel.LanguageModel>
}

export const anthropic: Vendor = {
  name: "anthropic",
  model: "claude-sonnet-4-5",
  responseModel: "claude-sonnet-4-5-20250929",
  layer: ({ url }, { http = FetchHttpClient.layer, model = "claude-sonnet-4-5", ...options } = {}) =>
    AnthropicLanguageModel.layer({ model }).pipe(
      Layer.provide(AnthropicClient.layer({ apiKey: Redacted.make(secretKey), apiUrl: url, ...options })),
      Layer.provide(http)
    )
}

export const openai: Vendor = {
  name: "openai",
  model: "gpt-5",
  responseModel: "gpt-5-2025-08-07",
  layer: ({ url }, { http = FetchHttpClient.layer, model = "gpt-5", ...options } = {}) =>
    OpenAiLanguageModel.layer({ model }).pipe(
      Layer.provide(OpenAiClient.layer({ apiKey: Redacted.make(secretKey), apiUrl: `${url}/v1`, ...options })),
      Layer.provide(http)
    )
}

export const gemini: Vendor = {
  name: "gcp.gemini",
  model: "gemini-2.5-pro",
  responseModel: "gemini-2.5-pro",
  layer: ({ url }, { http = FetchHttpClient.layer, model = "gemini-2.5-pro", ...options } = {}) =>
    GoogleLanguageModel.layer({ model }).pipe(
      Layer.provide(GoogleClient.layer({ apiKey: Redacted.make(secretKey), apiUrl: url, ...options })),
      Layer.provide(http)
    )
}

const claudeOnBedrock = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"

export const bedrock: Vendor = {
  name: "aws.bedrock",
  model: claudeOnBedrock,
  responseModel: claudeOnBedrock,
  layer: ({ url }, { http = FetchHttpClient.layer, model = claudeOnBedrock, ...options } = {}) =>
    AmazonBedrockLanguageModel.layer({ model }).pipe(
      Layer.provide(AmazonBedrockClient.layer({
        accessKeyId: "AKIDEXAMPLE",
        secretAccessKey: Redacted.make(secretKey),
        apiUrl: url,
        ...options
      })),
      Layer.provide(http)
    )
}

export const openRouter: Vendor = {
  name: "openrouter",
  model: "anthropic/claude-sonnet-4.5",
  responseModel: "anthropic/claude-sonnet-4.5",
  layer: ({ url }, { http = FetchHttpClient.layer, model = "anthropic/claude-sonnet-4.5", ...options } = {}) =>
    OpenRouterLanguageModel.layer({ model }).pipe(
      Layer.provide(
        OpenRouterClient.layer({ apiKey: Redacted.make(secretKey), apiUrl: `${url}/api/v1`, ...options })
      ),
      Layer.provide(http)
    )
}

/** The vendors whose layers pass on everything that their API returns. */
export const vendors: ReadonlyArray<Vendor> = [anthropic, openai]

/** All of them. */
export const everyVendor: ReadonlyArray<Vendor> = [anthropic, openai, gemini, bedrock, openRouter]
