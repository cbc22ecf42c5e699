/**
 * Recovers answers that `@effect/ai` rejects because of one tool call: it names an unknown tool, or its parameters are not JSON.
 *
 * An agent has to report such a mistake back to the model. The rejected parts are recovered from the error, or from the parts before it, so that the
 * answer continues as if it had been accepted.
 *
 * The trap: the rejection ends the stream, and everything the vendor would have sent after it is lost. In a stream that includes the last part, with
 * the usage: such a call has no `tokens_in` or `tokens_out`, and budgets estimate it from its length. The toolkit that `@effect/ai` decodes with is
 * fixed before the call and matches tool names literally, so it cannot accept a name that is not known yet; for known ones see `callModel.ts`.
 */
import * as AiError from "@effect/ai/AiError"
import type * as Response from "@effect/ai/Response"
import * as Chunk from "effect/Chunk"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { property } from "../Usage.js"
import type { UnfinishedCall } from "./modelParts.js"

type Parts = ReadonlyArray<Response.StreamPartEncoded>

/** The rejected parts; `undefined` if the error is about something else. */
export const recoverParts = (
  error: AiError.AiError,
  declared: ReadonlySet<string>,
  unfinished: ReadonlyArray<UnfinishedCall>
): Parts | undefined => {
  if (error._tag !== "MalformedOutput") {
    return undefined
  }
  return ParseResult.isParseError(error.cause)
    ? unknownTools(error.cause, declared)
    : unreadableCalls(unfinished)
}

/** The raw parts of the chunk that could not be decoded, if one of them calls an unknown tool. */
const unknownTools = (error: ParseResult.ParseError, declared: ReadonlySet<string>): Parts | undefined => {
  const parts = rawParts(error)
  return parts.some((part) => isToolCall(part) && !declared.has(part.name)) ? parts as Parts : undefined
}

const rawParts = (error: ParseResult.ParseError): ReadonlyArray<unknown> => {
  const actual: unknown = error.issue.actual
  return Chunk.isChunk(actual) ? Chunk.toReadonlyArray(actual) : Array.isArray(actual) ? actual : []
}

/** The raw parts that were rejected together; empty if the error is about something else. */
export const rejectedParts = (error: unknown): ReadonlyArray<unknown> =>
  AiError.isAiError(error) && error._tag === "MalformedOutput" && ParseResult.isParseError(error.cause)
    ? rawParts(error.cause)
    : []

/** The last parts of an answer that was rejected as a whole, which say how it ended and what it used. */
export const rejectedFinish = (error: unknown): Parts => rejectedParts(error).filter(isFinish)

/** The ids of the rejected tool calls. Their parameters are complete. */
export const rejectedCalls = (error: unknown): ReadonlySet<string> =>
  new Set(rejectedParts(error).filter(isToolCall).map(({ id }) => id))

/** Restores the error with which these parts were rejected, as far as it was recorded. */
export const rejectionOf = (error: AiError.AiError, rejected: ReadonlyArray<unknown>): AiError.AiError =>
  error._tag === "MalformedOutput" && rejected.length > 0
    ? new AiError.MalformedOutput({
      ...error,
      cause: ParseResult.parseError(
        new ParseResult.Type(Schema.Unknown.ast, rejected, error.cause instanceof Error ? error.cause.message : "")
      )
    })
    : error

const isFinish = (part: unknown): part is Response.FinishPartEncoded | Response.ResponseMetadataPartEncoded => {
  const type = property(part, "type")
  return type === "response-metadata" || (type === "finish" && typeof property(part, "usage") === "object")
}

const isToolCall = (part: unknown): part is Response.ToolCallPartEncoded =>
  typeof part === "object" && part !== null && "type" in part && part.type === "tool-call" &&
  "name" in part && typeof part.name === "string"

/** Calls with their text as parameters: a provider's package gives up on parameters that it cannot parse. */
const unreadableCalls = (unfinished: ReadonlyArray<UnfinishedCall>): Parts | undefined =>
  unfinished.length === 0
    ? undefined
    : unfinished.map(({ id, name, text }) => ({ type: "tool-call", id, name, params: text }))
