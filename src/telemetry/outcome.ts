/**
 * From an `Exit` to what a record says about it: one small total function, used for every span of every sink.
 */
import * as Cause from "effect/Cause"
import type * as Exit from "effect/Exit"
import { type AttributeLimits, normalizeValue } from "../records/attributes.js"
import type { Outcome } from "../records/SpanRecord.js"
import { errorText, text } from "../records/text.js"

/** The outcome of a body: interruption alone is no failure, anything beside it is. */
export const outcomeOf = (exit: Exit.Exit<unknown, unknown>): Outcome =>
  exit._tag === "Success"
    ? "success"
    : Cause.isInterruptedOnly(exit.cause) && !Cause.isEmpty(exit.cause)
    ? "interrupted"
    : "failure"

/** `Name: message` of the first error, else of the first defect; `null` where the body did not fail. */
export const exceptionOf = (exit: Exit.Exit<unknown, unknown>, limits: AttributeLimits): string | null => {
  if (exit._tag === "Success" || outcomeOf(exit) !== "failure") {
    return null
  }
  return describe(Cause.squash(exit.cause), limits)
}

/** By this property `@effect/ai` marks its errors. Their messages quote prompts, answers and tool parameters, which are private by default. */
const quotesContent = "~@effect/ai/AiError"

const withoutContent = (error: object): string => {
  const { _tag, method, module } = error as { readonly [key: string]: unknown }
  return `${String(_tag)}: ${String(module)}.${String(method)} failed`
}

/** Any thrown or failed value as one text; reads it with care. */
export const describe = (value: unknown, limits: AttributeLimits): string => {
  try {
    if (typeof value === "object" && value !== null && quotesContent in value) {
      return text(withoutContent(value), limits.valueLength)
    }
    if (value instanceof Error) {
      return text(errorText(value), limits.valueLength)
    }
    if (typeof value === "string") {
      return text(value, limits.valueLength)
    }
    const safe = normalizeValue(value, limits) ?? String(value)
    return typeof safe === "string" ? safe : text(taggedText(safe), limits.valueLength)
  } catch {
    return "<unserializable>"
  }
}

const taggedText = (value: unknown): string => JSON.stringify(value)
