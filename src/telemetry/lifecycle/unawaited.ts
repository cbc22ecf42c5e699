/**
 * Hooks of a sink are called for what they do. A promise that one returns is waited for by nobody, an `Effect` is not even begun: types refuse both, and
 * where they come through all the same (JavaScript, `any`), it is said, and a rejection does not end the process.
 */
import { type EffectTypeId, isEffect } from "effect/Effect"
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

const isThenable = (value: object): value is PromiseLike<unknown> => "then" in value && typeof value.then === "function"

/** Takes what the hooks of one sink return. Says each of two things once. */
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
    if (typeof returned !== "object" || returned === null) {
      return
    }
    if (isEffect(returned)) {
      reporter.once("effect", `A hook of the telemetry sink "${sink}" returned an Effect, which nobody runs. ${remedy}`)
    } else if (isThenable(returned)) {
      returned.then(undefined, rejected(rulesInForce()))
    }
  }
}
