/**
 * What a tracer of somebody else's is told: the same as our sinks, without secrets.
 *
 * Such a tracer reads attributes, links and exits itself, past the records. The program's own exit never changes: what the tracer gets where something
 * in a cause has to be hidden is another one, with errors that say the same and hold nothing else.
 */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import type * as Tracer from "effect/Tracer"
import { type AttributeLimits, type Attributes, normalizeMembers } from "../../records/attributes.js"
import { handled } from "../../records/promises.js"
import { noRedactor, type RedactionPlace, type Redactor } from "../../records/redact/Redactor.js"
import { redacted } from "../../records/text.js"
import { AttributeBag } from "../tracing/attributeBag.js"
import { describe, isPrivate } from "../tracing/outcome.js"

/** By whose rules, within which limits. */
export interface Rules {
  readonly limits: AttributeLimits
  readonly redactor: Redactor
}

/** Stacks are longer than attributes may be. */
const stackLength = 65_536

/** Causes of causes that are looked at. */
const deepest = 8

/** Attributes for another tracer. */
export const foreignAttributes = (
  { limits, redactor }: Rules,
  attributes: { readonly [key: string]: unknown },
  place: RedactionPlace
): Attributes => {
  const bag = new AttributeBag(limits, redactor, place)
  bag.setAll(attributes)
  return Object.freeze(bag.finish())
}

/** Links for another tracer. */
export const foreignLinks = (rules: Rules, links: ReadonlyArray<Tracer.SpanLink>): ReadonlyArray<Tracer.SpanLink> =>
  links.map((link) => ({ ...link, attributes: foreignAttributes(rules, link.attributes, "link") }))

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
const othersOf = (error: Error, { limits, redactor }: Rules): string =>
  JSON.stringify(normalizeMembers(error, limits, redactor))

const isHarmless = (error: Error, is: Members, shown: Error, rules: Rules): boolean =>
  !isPrivate(error) && shown.message === is.message && shown.name === is.name && shown.stack === is.stack &&
  shown.cause === is.cause && othersOf(error, rules) === othersOf(error, { ...rules, redactor: noRedactor })

/** An error that says the same without secrets; the error itself where it holds none. */
const foreignError = (error: Error, rules: Rules, depth: number): Error => {
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

/** What a program failed or died with, as another tracer may see it. */
const foreignValue = (value: unknown, rules: Rules, depth: number): unknown => {
  try {
    if (depth <= 0) {
      return redacted
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
export const foreignExit = (exit: Exit.Exit<unknown, unknown>, rules: Rules): Exit.Exit<unknown, unknown> => {
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
