/**
 * A failed model call, as records may hold it.
 *
 * The messages of `@effect/ai`'s errors quote request and response: prompts, completions, parameters. A span that they fail would keep them.
 * So a span is given an error that says the kind of failure only, and the program gets its own back.
 */
import * as AiError from "@effect/ai/AiError"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"

/**
 * A model call failed. The message says what kind of failure it was, without the request and the response: those hold content.
 */
export class ModelCallError extends Data.TaggedError("ModelCallError")<{
  readonly cause: AiError.AiError
  /** Whether it would have been tried again, had that been allowed. */
  readonly isRefused?: boolean
}> {
  override get message(): string {
    const { cause } = this
    const status = cause._tag === "HttpResponseError" ? ` with status ${cause.response.status}` : ""
    return `${cause.module}.${cause.method} failed: ${cause._tag}${status}`
  }
}

/** The error as a record may hold it. */
export const asRecorded = (error: unknown): unknown =>
  AiError.isAiError(error) ? new ModelCallError({ cause: error }) : error

/** The error as the program failed with it. */
export const asThrown = <E>(error: unknown): E => (error instanceof ModelCallError ? error.cause : error) as E

/** The effect inside what `around` puts there, spans among it, which see its errors as records may hold them. */
export const shielded = <A, E, R>(
  self: Effect.Effect<A, E, R>,
  around: (self: Effect.Effect<A, unknown, R>) => Effect.Effect<A, unknown, R>
): Effect.Effect<A, E, R> => Effect.mapError(around(Effect.mapError(self, asRecorded)), asThrown<E>)
