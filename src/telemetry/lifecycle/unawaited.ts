/**
 * Checks the return values of a sink's hooks. Promises are not awaited, and an `Effect` or a query is not run, so the types reject them. If one gets
 * through anyway (JavaScript, `any`), a warning is logged, and a rejection does not end the process.
 */
import { type EffectTypeId, isEffect } from "effect/Effect"
import { catchRejection, handled } from "../../records/promises.js"
import type { Redactor } from "../../records/redact/Redactor.js"
import { Reporter, warnLater } from "../report.js"
import { rulesInForce, shownError } from "./foreignText.js"

/** What a hook may return: anything except unfinished work. */
export type HookResult =
  | void
  | null
  | undefined
  | string
  | number
  | boolean
  | bigint
  | symbol
  | (object & {
    /** Promises have one. */
    readonly then?: never
    /** Effects have one. */
    readonly [EffectTypeId]?: never
  })

const remedy = "Hooks are synchronous: use Telemetry.sinkFromEffect for work that takes time"

/** The kind of unstarted work that a value represents, if any. */
const unstarted = (value: object): "effect" | "thenable" | undefined => {
  try {
    return isEffect(value)
      ? "effect"
      : "then" in value && typeof handled(value.then) === "function"
      ? "thenable"
      : undefined
  } catch {
    return undefined
  }
}

/** Handles the return values of one sink's hooks; logs each kind of unfinished work once. */
export const unawaited = (sink: string): (returned: unknown) => void => {
  const reporter = new Reporter()
  const rejected = (rules: Redactor) => {
    const say = warnLater(rules)
    return (error: unknown): void =>
      reporter.once(
        "promise",
        `A hook of the telemetry sink "${sink}" returned a promise that was rejected: ${
          shownError(error, rules)
        }. ${remedy}`,
        say
      )
  }
  return (returned) => {
    if (typeof returned !== "object" || returned === null || catchRejection(returned, rejected(rulesInForce()))) {
      return
    }
    const what = unstarted(returned)
    if (what !== undefined) {
      const named = what === "effect" ? "an Effect, which is never run" : "a thenable, whose `then` is never called"
      reporter.once(what, `A hook of the telemetry sink "${sink}" returned ${named}. ${remedy}`)
    }
  }
}
