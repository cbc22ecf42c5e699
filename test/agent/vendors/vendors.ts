/**
 * The real layers of both vendors, pointed at a server of the test suite. Programs on top of them do not know which.
 */
import type { LanguageModel } from "@effect/ai"
import { AnthropicClient, AnthropicLanguageModel } from "@effect/ai-anthropic"
import { OpenAiClient, OpenAiLanguageModel } from "@effect/ai-openai"
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

/** All of them. */
export const vendors: ReadonlyArray<Vendor> = [anthropic, openai]
