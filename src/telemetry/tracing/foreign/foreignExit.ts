/**
 * Redacts exits for other tracers, by the same rules as for our sinks.
 *
 * Such a tracer reads exits itself, not our records. The program's own exit never changes: if a cause contains something to hide, the tracer receives
 * another exit, whose errors have the same text without secrets and no other data.
 */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import { type AttributeLimits, normalizeMembers } from "../../../records/attributes.js"
import { handled } from "../../../records/promises.js"
import { noRedactor } from "../../../records/redact/Redactor.js"
import { redacted } from "../../../records/text.js"
import { isPrivate } from "../causes.js"
import { describe, type ExceptionRules, typeOf } from "../outcome.js"
import type { Rules } from "../safe.js"

/** Stacks may be longer than attributes. */
const stackLength = 65_536

/** How deep chains of causes are followed. */
const deepest = 8

/** Rules that redact each text once, so that the sinks and another tracer receive the same text of an exit. */
export const askingOnce = ({ limits, redactor }: Rules): ExitRules => {
  const known = new Map<string, string>()
  const exception = (message: string, max: number): string => {
    const key = `${max} ${message}`
    const text = known.get(key) ?? redactor.exception(message, max)
    known.set(key, text)
    return text
  }
  return {
    limits,
    redactor: {
      text: (value, max) => redactor.text(value, max),
      given: (key, value) => redactor.given(key, value),
      onlyTypes: redactor.onlyTypes,
      exception
    }
  }
}

/** The rules that redact an exit. */
export interface ExitRules {
  readonly limits: AttributeLimits
  readonly redactor: ExceptionRules
}

/** The members of an error that other tracers read. */
interface Members {
  readonly name: unknown
  readonly message: unknown
  readonly stack: unknown
  readonly cause: unknown
}

const membersOf = (error: Error): Members => ({
  name: handled(error.name),
  message: handled(error.message),
  stack: handled(error.stack),
  cause: handled(error.cause)
})

/** An error's other members, which another tracer may read too. */
const othersOf = (error: Error, { limits, redactor }: ExitRules): string =>
  JSON.stringify(normalizeMembers(error, limits, redactor))

const isHarmless = (error: Error, is: Members, shown: Error, rules: ExitRules): boolean =>
  !isPrivate(error) && shown.message === is.message && shown.name === is.name && shown.stack === is.stack &&
  shown.cause === is.cause && othersOf(error, rules) === othersOf(error, { ...rules, redactor: noRedactor })

/** An error with the same text without secrets; the error itself if it contains none. */
const foreignError = (error: Error, rules: ExitRules, depth: number): Error => {
  const is = membersOf(error)
  const textOf = (value: unknown) => typeof value === "string" ? rules.redactor.exception(value, stackLength) : ""
  const shown = new Error(isPrivate(error) ? describe(error, rules.limits, rules.redactor) : textOf(is.message))
  const members = {
    name: textOf(is.name),
    stack: isPrivate(error) ? shown.message : textOf(is.stack),
    ...(is.cause !== undefined && { cause: foreignValue(is.cause, rules, depth - 1) })
  }
  for (const [key, value] of Object.entries(members)) {
    Object.defineProperty(shown, key, { value, configurable: true, writable: true })
  }
  return isHarmless(error, is, shown, rules) ? error : shown
}

/** An error reduced to its type. */
const typeAlone = (type: string): Error => {
  const shown = new Error("")
  for (const key of ["name", "stack"]) {
    Object.defineProperty(shown, key, { value: type, configurable: true, writable: true })
  }
  return shown
}

/** What a program failed or died with, as another tracer may see it. */
const foreignValue = (value: unknown, rules: ExitRules, depth: number): unknown => {
  try {
    if (depth <= 0) {
      return redacted
    }
    if (rules.redactor.onlyTypes === true) {
      return typeAlone(rules.redactor.exception(typeOf(value), rules.limits.valueLength))
    }
    if (value instanceof Error) {
      return foreignError(value, rules, depth)
    }
    const shown = describe(value, rules.limits, rules.redactor)
    return shown === describe(value, rules.limits) ? value : shown
  } catch {
    return redacted
  }
}

/** The same exit if there is nothing to hide; otherwise one with redacted errors. Success values are not inspected. */
export const foreignExit = (exit: Exit.Exit<unknown, unknown>, rules: ExitRules): Exit.Exit<unknown, unknown> => {
  if (Exit.isSuccess(exit)) {
    return exit
  }
  let isSame = true
  const shown = (value: unknown): unknown => {
    const safe = foreignValue(value, rules, deepest)
    isSame &&= safe === value
    return safe
  }
  const cause = Cause.match(exit.cause, {
    onEmpty: Cause.empty as Cause.Cause<unknown>,
    onFail: (error) => Cause.fail(shown(error)),
    onDie: (defect) => Cause.die(shown(defect)),
    onInterrupt: (fiberId) => Cause.interrupt(fiberId),
    onSequential: Cause.sequential,
    onParallel: Cause.parallel
  })
  return isSame ? exit : Exit.failCause(cause)
}
