/**
 * Hooks of a sink are called for what they do. No one awaits a promise that one returns, and no one runs an `Effect` or a query: types refuse them. Where
 * they come through all the same (JavaScript, `any`), that is logged, and a rejection does not end the process.
 */
import { type EffectTypeId, isEffect } from "effect/Effect"
import { catchRejection, handled } from "../../records/promises.js"
import type { Redactor } from "../../records/redact/Redactor.js"
import { rulesInForce, shownError } from "./foreignText.js"
import { Reporter, warnLater } from "./report.js"

/** What a hook may return: anything but what is still to be done. */
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

const remedy = "Hooks are synchronous: put work that takes its time behind Telemetry.sinkFromEffect"

/** What has to be run by somebody. */
const unbegun = (value: object): "effect" | "thenable" | undefined => {
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

/** Takes what the hooks of one sink return. Says each of three things once. */
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
    const what = unbegun(returned)
    if (what !== undefined) {
      const named = what === "effect" ? "an Effect, which nobody runs" : "a thenable, whose `then` nobody calls"
      reporter.once(what, `A hook of the telemetry sink "${sink}" returned ${named}. ${remedy}`)
    }
  }
}
