/**
 * Recovers answers that a vendor's layer rejects because the parameters of a tool call are not JSON.
 *
 * An agent has to report such a mistake back to the model. The calls are recovered from the parts before it, so that the answer continues as if it had
 * been accepted. The rejection ends the stream, and everything the vendor would have sent after it is lost: the last part, with the usage.
 */
import type * as AiError from "effect/ai/AiError"
import type * as Response from "effect/ai/Response"
import type { UnfinishedCall } from "./modelParts.js"

type Parts = ReadonlyArray<Response.StreamPartEncoded>

/** The rejected parts; `undefined` if the error is about something else. */
export const recoverParts = (
  error: AiError.AiError,
  _declared: ReadonlySet<string>,
  unfinished: ReadonlyArray<UnfinishedCall>
): Parts | undefined =>
  error.reason._tag === "InvalidOutputError" || error.reason._tag === "ToolParameterValidationError"
    ? unreadableCalls(unfinished)
    : undefined

/** The raw parts that were rejected together; this error does not hold them. */
export const rejectedParts = (_error: unknown): ReadonlyArray<unknown> => []

/** The last parts of an answer that was rejected as a whole. */
export const rejectedFinish = (_error: unknown): Parts => []

/** The ids of the tool calls that were rejected. */
export const rejectedCalls = (_error: unknown): ReadonlySet<string> => new Set()

/** The error with which these parts were rejected. */
export const rejectionOf = (error: AiError.AiError, _rejected: ReadonlyArray<unknown>): AiError.AiError => error

/** Calls with their text as parameters: a provider's package gives up on parameters that it cannot parse. */
const unreadableCalls = (unfinished: ReadonlyArray<UnfinishedCall>): Parts | undefined =>
  unfinished.length === 0
    ? undefined
    : unfinished.map(({ id, name, text }) => ({ type: "tool-call", id, name, params: text }))
