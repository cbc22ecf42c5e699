/**
 * What a tracer of somebody else's is told: the same as our sinks, without secrets.
 *
 * Such a tracer reads attributes, links and exits itself, past the records. The program's own exit never changes: what the tracer gets where something
 * in a cause has to be hidden is another one, with errors that say the same and hold nothing else.
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

/** Stacks are longer than attributes may be. */
const stackLength = 65_536

/** Causes of causes that are looked at. */
const deepest = 8

/** Rules that ask about each text once: of one exit the sinks and another tracer are told the same. */
export const askingOnce = ({ limits, redactor }: Rules): ExitRules => {
  const known = new Map<string, string>()
  const exception = (message: string, max: number): string => {
    const key = `${max} ${message}`
    const told = known.get(key) ?? redactor.exception(message, max)
    known.set(key, told)
    return told
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

/** What an exit is made safe by. */
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

/** What an error carries besides these; another tracer may read that too. */
const othersOf = (error: Error, { limits, redactor }: ExitRules): string =>
  JSON.stringify(normalizeMembers(error, limits, redactor))

const isHarmless = (error: Error, is: Members, shown: Error, rules: ExitRules): boolean =>
  !isPrivate(error) && shown.message === is.message && shown.name === is.name && shown.stack === is.stack &&
  shown.cause === is.cause && othersOf(error, rules) === othersOf(error, { ...rules, redactor: noRedactor })

/** An error that says the same without secrets; the error itself where it holds none. */
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

/** An error that says only of what type it is. */
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

/** The same exit where it holds nothing to hide; else one whose errors do not. What the program succeeded with is not looked into. */
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
