/**
 * Turns an `Exit` into the outcome and exception of a record; used for every span of every sink.
 */
import * as Cause from "effect/Cause"
import type * as Exit from "effect/Exit"
import { type AttributeLimits, normalizeValue } from "../../records/attributes.js"
import { typeName } from "../../records/exceptionText.js"
import type { ValueRules } from "../../records/named.js"
import { handled } from "../../records/promises.js"
import { noRedactor } from "../../records/redact/Redactor.js"
import type { Outcome } from "../../records/SpanRecord.js"
import { errorText, textIn, unserializable } from "../../records/text.js"
import { causesOf, isPrivate } from "./causes.js"

/** The rules that redact exceptions. */
export interface ExceptionRules extends ValueRules {
  /** The text of an exception, at most `max` characters. */
  readonly exception: (message: string, max: number) => string
  /** Whether only the type of an exception is recorded. Default: no. */
  readonly onlyTypes?: boolean | undefined
}

/** The outcome of a body: `interrupted` if the cause contains only interruptions, `failure` for any other cause. */
export const outcomeOf = (exit: Exit.Exit<unknown, unknown>): Outcome =>
  exit._tag === "Success" ? "success" : isInterruption(exit.cause) ? "interrupted" : "failure"

/** An empty or malformed cause is not an interruption. */
const isInterruption = (cause: Cause.Cause<unknown>): boolean => {
  try {
    return Cause.isInterruptedOnly(cause) && !Cause.isEmpty(cause)
  } catch {
    return false
  }
}

/** `Name: message` of the first error, otherwise of the first defect, followed by its causes, one per line; `null` if the body did not fail. */
export const exceptionOf = (
  exit: Exit.Exit<unknown, unknown>,
  limits: AttributeLimits,
  redactor: ExceptionRules
): string | null => {
  if (exit._tag === "Success" || outcomeOf(exit) !== "failure") {
    return null
  }
  const thrown = squashed(exit.cause)
  return redactor.onlyTypes === true
    ? redactor.exception(typeOf(thrown), limits.valueLength)
    : describeWithCauses(thrown, limits, redactor)
}

/** The first error, otherwise the first defect. Rejections of promises among the others are handled, so they do not end the process. */
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

const withoutContent = (error: unknown): string => {
  const member = (name: string) => textIn(() => (error as { readonly [key: string]: unknown })[name])
  return `${member("_tag")}: ${member("module")}.${member("method")} failed`
}

// The `toString` of a function or an object may be custom code.
const shownAsIs = (value: unknown): string =>
  typeof value === "function" || (typeof value === "object" && value !== null) ? `<${typeof value}>` : String(value)

/** The type of any thrown or failed value: an error's name, or its tag. */
export const typeOf = (thrown: unknown): string => {
  try {
    const value = Cause.originalError(thrown)
    return value instanceof Error
      ? typeName(textIn(() => value.name))
      : typeof value === "object" && value !== null && "_tag" in value
      ? typeName(textIn(() => value._tag))
      : "Error"
  } catch {
    return "Error"
  }
}

const describeWithCauses = (thrown: unknown, limits: AttributeLimits, redactor: ExceptionRules): string => {
  const value = originalError(thrown)
  const causes = causesIn(value)
  if (causes.length === 0) {
    return describe(value, limits, redactor)
  }
  // The text is searched for secrets as a whole, and counts as one value.
  const lines = causes.map(({ label, value: cause }) => `${label}: ${plainText(cause, limits, redactor)}`)
  return redactor.exception([plainText(value, limits, redactor), ...lines].join("\n"), limits.valueLength)
}

// Even `instanceof` throws on a revoked proxy.
const causesIn = (value: unknown): ReturnType<typeof causesOf> => {
  try {
    return value instanceof Error && !isPrivate(value) ? causesOf(value) : []
  } catch {
    return []
  }
}

const originalError = (thrown: unknown): unknown => {
  try {
    return Cause.originalError(thrown)
  } catch {
    return thrown
  }
}

/** Any thrown or failed value as a string. Never throws. */
export const describe = (thrown: unknown, limits: AttributeLimits, redactor: ExceptionRules = noRedactor): string =>
  redactor.exception(plainText(thrown, limits, redactor), limits.valueLength)

/** Like `describe`, before redaction as an exception. */
const plainText = (thrown: unknown, limits: AttributeLimits, redactor: ExceptionRules): string => {
  try {
    // Inside a span, `Effect.fail` and `Effect.die` put a proxy around an object.
    const value = Cause.originalError(thrown)
    if (isPrivate(value)) {
      return withoutContent(value)
    }
    if (value instanceof Error) {
      return errorText(value)
    }
    if (typeof value === "string") {
      return value
    }
    const safe = normalizeValue(value, limits, redactor) ?? shownAsIs(value)
    return typeof safe === "string" ? safe : JSON.stringify(safe)
  } catch {
    return unserializable
  }
}
