/**
 * The contents of `response_parts`: the encoded parts of `@effect/ai`, and the other events of a call.
 */
import type * as Response from "@effect/ai/Response"

/** An entry, by its `type`. */
export type TapeEntry =
  /** Another attempt starts. */
  | { readonly type: "attempt" }
  /** The call failed with this encoded `AiError`; `rejected` are the raw parts that `@effect/ai` could not decode. */
  | { readonly type: "failed"; readonly error: unknown; readonly rejected?: ReadonlyArray<unknown> }
  /** The vendor's layer set an attribute on the span of `@effect/ai`. */
  | { readonly type: "announced"; readonly key: string; readonly value: string | number }
  /** A part that its own schema cannot encode. */
  | { readonly type: "unreadable" }
  | Response.AllPartsEncoded
