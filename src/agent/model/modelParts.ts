/**
 * The parts of a model's answer, in the form that the rest of the agent works with.
 *
 * `@effect/ai` delivers decoded parts, but those of a recovered answer (see `malformed.ts`) are raw. Both are converted to the same form here.
 */
import type * as Response from "@effect/ai/Response"
import type * as Tool from "@effect/ai/Tool"
import * as Option from "effect/Option"
import { finishedUsage, finishReason, type Metadata, refusalText } from "../providers/table.js"
import type { KnownUsage } from "../Usage.js"

/** A tool call of the model. */
export interface ToolCall {
  /** Unique in the conversation, see `uniqueIds.ts`. */
  readonly id: string
  /** The id that the model gave. */
  readonly givenId: string
  /** As the model wrote it; the tool may not exist. */
  readonly name: string
  /** As the model wrote them; they may be invalid. */
  readonly params: unknown
  /** Whether the provider ran it itself. */
  readonly providerExecuted: boolean
}

/** A tool call whose parameters are incomplete or malformed. */
export interface UnfinishedCall {
  readonly id: string
  readonly name: string
  /** The parameters as far as they arrived. */
  readonly text: string
}

/** One part of an answer. */
export type ModelPart =
  | {
    readonly type: "text"
    readonly id: string
    readonly text: string
    /** Whether the text is a refusal instead of an answer. */
    readonly isRefusal: boolean
    readonly metadata: Metadata
    /** Set where a streamed text starts or ends; absent for a piece of one, or for a whole text. */
    readonly edge?: "start" | "end"
  }
  | { readonly type: "reasoning"; readonly id: string; readonly text: string; readonly metadata: Metadata }
  /** A call in progress: first its name, then pieces of its parameters as text. */
  | { readonly type: "tool-params"; readonly id: string; readonly name: string | undefined; readonly text: string }
  | { readonly type: "tool-call"; readonly call: ToolCall; readonly metadata: Metadata }
  | {
    readonly type: "tool-result"
    readonly id: string
    readonly name: string
    readonly result: unknown
    readonly isFailure: boolean
    readonly isProviderExecuted: boolean
  }
  | {
    readonly type: "file"
    readonly mediaType: string
    readonly data: Uint8Array | string
    readonly metadata: Metadata
  }
  | { readonly type: "model"; readonly model: string }
  | {
    readonly type: "finish"
    readonly reason: string
    readonly usage: KnownUsage
    readonly metadata: Metadata
  }
  | { readonly type: "error"; readonly error: unknown }
  | { readonly type: "other" }

/** A part from `@effect/ai`. */
export type AnyPart =
  | Response.StreamPart<Record<string, Tool.Any>>
  | Response.Part<Record<string, Tool.Any>>
  | Response.StreamPartEncoded
  | Response.PartEncoded

const other: ModelPart = { type: "other" }

const metadataOf = (part: { readonly metadata?: unknown }): Metadata => (part.metadata ?? {}) as Metadata

/** Converts a part. */
export const modelPart = (part: AnyPart): ModelPart => {
  switch (part.type) {
    case "text":
      return text("", part.text, metadataOf(part))
    case "text-start":
      return text(part.id, "", metadataOf(part), "start")
    case "text-end":
      return text(part.id, "", metadataOf(part), "end")
    case "text-delta":
      return text(part.id, part.delta, metadataOf(part))
    case "reasoning":
      return { type: "reasoning", id: "", text: part.text, metadata: metadataOf(part) }
    case "reasoning-start":
    case "reasoning-end":
      return { type: "reasoning", id: part.id, text: "", metadata: metadataOf(part) }
    case "reasoning-delta":
      return { type: "reasoning", id: part.id, text: part.delta, metadata: metadataOf(part) }
    case "tool-params-start":
      return { type: "tool-params", id: part.id, name: part.name, text: "" }
    case "tool-params-delta":
      return { type: "tool-params", id: part.id, name: undefined, text: part.delta }
    case "tool-call":
      return {
        type: "tool-call",
        call: {
          id: part.id,
          givenId: part.id,
          name: part.name,
          params: part.params,
          providerExecuted: part.providerExecuted === true
        },
        metadata: metadataOf(part)
      }
    case "tool-result":
      return {
        type: "tool-result",
        id: part.id,
        name: part.name,
        result: "encodedResult" in part ? part.encodedResult : part.result,
        isFailure: part.isFailure === true,
        isProviderExecuted: part.providerExecuted === true
      }
    case "file":
      return { type: "file", mediaType: part.mediaType, data: part.data, metadata: metadataOf(part) }
    case "response-metadata":
      return modelNamed(part.modelId)
    case "finish":
      return {
        type: "finish",
        reason: finishReason(part.reason, metadataOf(part)),
        usage: finishedUsage(part.usage, metadataOf(part)),
        metadata: metadataOf(part)
      }
    case "error":
      return { type: "error", error: part.error }
    default:
      return other
  }
}

const text = (id: string, said: string, metadata: Metadata, edge?: "start" | "end"): ModelPart => {
  const refusal = refusalText(metadata)
  return {
    type: "text",
    id,
    text: said === "" ? refusal ?? "" : said,
    isRefusal: refusal !== undefined,
    metadata,
    ...(edge !== undefined && { edge })
  }
}

const modelNamed = (modelId: string | Option.Option<string> | undefined): ModelPart => {
  const model = Option.isOption(modelId) ? Option.getOrUndefined(modelId) : modelId
  return model === undefined ? other : { type: "model", model }
}

/** Whether a part is content, rather than something about the answer. */
export const isContent = (part: ModelPart): boolean =>
  (part.type === "text" || part.type === "reasoning")
    ? part.text !== ""
    : part.type === "tool-params" || part.type === "tool-call" || part.type === "file"
