/**
 * From an `Exit` to what a record says about it: one small total function, used for every span of every sink.
 */
import * as Cause from "effect/Cause"
import type * as Exit from "effect/Exit"
import { type AttributeLimits, normalizeValue } from "../../records/attributes.js"
import { handled } from "../../records/promises.js"
import { noRedactor, type Redactor } from "../../records/redact/Redactor.js"
import type { Outcome } from "../../records/SpanRecord.js"
import { errorText, textIn, unserializable } from "../../records/text.js"

/** The outcome of a body: interruption alone is no failure, anything beside it is. */
export const outcomeOf = (exit: Exit.Exit<unknown, unknown>): Outcome =>
  exit._tag === "Success" ? "success" : isInterruption(exit.cause) ? "interrupted" : "failure"

/** What is no cause at all, although the types say so, is no interruption. */
const isInterruption = (cause: Cause.Cause<unknown>): boolean => {
  try {
    return Cause.isInterruptedOnly(cause) && !Cause.isEmpty(cause)
  } catch {
    return false
  }
}

/** `Name: message` of the first error, else of the first defect; `null` where the body did not fail. */
export const exceptionOf = (
  exit: Exit.Exit<unknown, unknown>,
  limits: AttributeLimits,
  redactor: Redactor
): string | null => {
  if (exit._tag === "Success" || outcomeOf(exit) !== "failure") {
    return null
  }
  return describe(squashed(exit.cause), limits, redactor)
}

/** The first error, else the first defect. A promise among the others may not end the process either. */
const squashed = (cause: Cause.Cause<unknown>): unknown => {
  try {
    for (const each of [...Cause.failures(cause), ...Cause.defects(cause)]) {
      handled(Cause.originalError(each))
    }
    return Cause.squash(cause)
  } catch {
    return unserializable
  }
}

/** By this property `@effect/ai` marks its errors. Their messages quote prompts, answers and tool parameters, which are private by default. */
const quotesContent = "~@effect/ai/AiError"

/** Whether an error's own words are private. */
export const isPrivate = (value: unknown): boolean =>
  typeof value === "object" && value !== null && quotesContent in value

const withoutContent = (error: unknown): string => {
  const member = (name: string) => textIn(() => (error as { readonly [key: string]: unknown })[name])
  return `${member("_tag")}: ${member("module")}.${member("method")} failed`
}

// A function or an object may have a `toString` of its own.
const shownAsIs = (value: unknown): string =>
  typeof value === "function" || (typeof value === "object" && value !== null) ? `<${typeof value}>` : String(value)

/** Any thrown or failed value as one text; reads it with care. */
export const describe = (thrown: unknown, limits: AttributeLimits, redactor: Redactor = noRedactor): string => {
  const shown = (message: string) => redactor.exception(message, limits.valueLength)
  try {
    // Inside a span, `Effect.fail` and `Effect.die` put a proxy around an object.
    const value = Cause.originalError(thrown)
    if (isPrivate(value)) {
      return shown(withoutContent(value))
    }
    if (value instanceof Error) {
      return shown(errorText(value))
    }
    if (typeof value === "string") {
      return shown(value)
    }
    const safe = normalizeValue(value, limits, redactor) ?? shownAsIs(value)
    return shown(typeof safe === "string" ? safe : JSON.stringify(safe))
  } catch {
    return unserializable
  }
}
