/**
 * From an `Exit` to what a record says about it: one small total function, used for every span of every sink.
 */
import * as Cause from "effect/Cause"
import type * as Exit from "effect/Exit"
import { type AttributeLimits, normalizeValue } from "../records/attributes.js"
import { noRedactor, type Redactor } from "../records/redact/Redactor.js"
import type { Outcome } from "../records/SpanRecord.js"
import { errorText } from "../records/text.js"

/** The outcome of a body: interruption alone is no failure, anything beside it is. */
export const outcomeOf = (exit: Exit.Exit<unknown, unknown>): Outcome =>
  exit._tag === "Success"
    ? "success"
    : Cause.isInterruptedOnly(exit.cause) && !Cause.isEmpty(exit.cause)
    ? "interrupted"
    : "failure"

/** `Name: message` of the first error, else of the first defect; `null` where the body did not fail. */
export const exceptionOf = (
  exit: Exit.Exit<unknown, unknown>,
  limits: AttributeLimits,
  redactor: Redactor
): string | null => {
  if (exit._tag === "Success" || outcomeOf(exit) !== "failure") {
    return null
  }
  return describe(Cause.squash(exit.cause), limits, redactor)
}

/** By this property `@effect/ai` marks its errors. Their messages quote prompts, answers and tool parameters, which are private by default. */
const quotesContent = "~@effect/ai/AiError"

/** Whether an error's own words are private. */
export const isPrivate = (value: unknown): boolean =>
  typeof value === "object" && value !== null && quotesContent in value

const withoutContent = (error: unknown): string => {
  const { _tag, method, module } = error as { readonly [key: string]: unknown }
  return `${String(_tag)}: ${String(module)}.${String(method)} failed`
}

/** Any thrown or failed value as one text; reads it with care. */
export const describe = (value: unknown, limits: AttributeLimits, redactor: Redactor = noRedactor): string => {
  const shown = (message: string) => redactor.exception(message, limits.valueLength)
  try {
    if (isPrivate(value)) {
      return shown(withoutContent(value))
    }
    if (value instanceof Error) {
      return shown(errorText(value))
    }
    if (typeof value === "string") {
      return shown(value)
    }
    const safe = normalizeValue(value, limits, redactor) ?? String(value)
    return shown(typeof safe === "string" ? safe : JSON.stringify(safe))
  } catch {
    return "<unserializable>"
  }
}
