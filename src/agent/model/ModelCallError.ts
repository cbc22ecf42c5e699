/**
 * The error of a failed model call, as spans record it.
 *
 * The messages of `@effect/ai`'s errors quote request and response: prompts, completions, parameters. So spans fail with an error that names only
 * the kind of failure, and the program gets the original error.
 */
import * as AiError from "@effect/ai/AiError"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"

/** A model call failed. The message names the kind of failure, without content. */
export class ModelCallError extends Data.TaggedError("ModelCallError")<{
  /** Not named `cause`, because records would then include it a second time. */
  readonly original: AiError.AiError
  /** Whether a retry was due and not allowed. */
  readonly isRefused?: boolean
}> {
  override get message(): string {
    const { original } = this
    const status = original._tag === "HttpResponseError" ? ` with status ${original.response.status}` : ""
    return `${original.module}.${original.method} failed: ${original._tag}${status}`
  }
}

/** The error, as records may hold it. */
export const asRecorded = (error: unknown): unknown =>
  AiError.isAiError(error) ? new ModelCallError({ original: error }) : error

/** The original error. */
export const asThrown = <E>(error: unknown): E => (error instanceof ModelCallError ? error.original : error) as E

/** Wraps an effect with `around`, such as a span, which only sees errors in the form that records may hold. */
export const shielded = <A, E, R>(
  self: Effect.Effect<A, E, R>,
  around: (self: Effect.Effect<A, unknown, R>) => Effect.Effect<A, unknown, R>
): Effect.Effect<A, E, R> => Effect.mapError(around(Effect.mapError(self, asRecorded)), asThrown<E>)
