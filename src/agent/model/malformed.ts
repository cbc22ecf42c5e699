/**
 * Answers that are refused whole because of one tool call in them: it names no tool of the toolkit, or its parameters are no JSON.
 *
 * An agent has to hand such a mistake back to the model. What was refused is put together again, from the error or from what came before it,
 * so that the answer goes on as if it had been accepted.
 *
 * The trap: the refusal ends the stream, and what the vendor would have said after it is lost. Streamed, that is the last part with the usage:
 * such a call has neither `tokens_in` nor `tokens_out` nor `finish_reason`, rather than wrong ones. The toolkit that `@effect/ai` decodes with
 * is fixed before the call and takes tool names literally, so there is no way to make it accept a name that nobody has thought of yet.
 */
import type * as AiError from "@effect/ai/AiError"
import type * as Response from "@effect/ai/Response"
import * as Chunk from "effect/Chunk"
import * as ParseResult from "effect/ParseResult"
import type { UnfinishedCall } from "./modelParts.js"

type Parts = ReadonlyArray<Response.StreamPartEncoded>

/** The refused parts; `undefined` where the error is about something else. */
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

/** The raw parts of the chunk that could not be decoded, where one of them calls an unknown tool. */
const unknownTools = (error: ParseResult.ParseError, declared: ReadonlySet<string>): Parts | undefined => {
  const actual: unknown = error.issue.actual
  const parts = Chunk.isChunk(actual) ? Chunk.toReadonlyArray(actual) : Array.isArray(actual) ? actual : []
  return parts.some((part) => isToolCall(part) && !declared.has(part.name)) ? parts as Parts : undefined
}

const isToolCall = (part: unknown): part is Response.ToolCallPartEncoded =>
  typeof part === "object" && part !== null && "type" in part && part.type === "tool-call" &&
  "name" in part && typeof part.name === "string"

/** Calls with the text of their parameters in place of parameters: a provider's package that cannot read it gives up there. */
const unreadableCalls = (unfinished: ReadonlyArray<UnfinishedCall>): Parts | undefined =>
  unfinished.length === 0
    ? undefined
    : unfinished.map(({ id, name, text }) => ({ type: "tool-call", id, name, params: text }))
