/**
 * Makes foreign text (from exceptions, the system, receivers, models) safe to log and to keep in `stats`, by the same rules as records.
 */
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { defaultLimits } from "../../records/attributes.js"
import { oneLine } from "../../records/oneLine.js"
import { builtInRedactor, type Redactor } from "../../records/redact/Redactor.js"
import { redactorIn, telemetryKey } from "../contextKeys.js"
import { copyVersion } from "../copies.js"
import { describe } from "../tracing/outcome.js"

/** The part of the `Telemetry` service used here. */
interface Sinks {
  readonly recording: { readonly copyVersion: number; readonly recorder: { readonly redactor: Redactor } } | undefined
}

/** The redaction in effect in a context: that of its sinks, otherwise the one provided, otherwise the built-in rules. */
export const rulesIn = (context: Context.Context<never>): Redactor => {
  const sinks: Sinks | undefined = context.unsafeMap.get(telemetryKey)
  const recording = sinks?.recording
  return recording?.copyVersion === copyVersion ? recording.recorder.redactor : redactorIn(context)
}

/** The redaction in effect in the running fiber; outside a fiber the built-in rules. */
export const rulesInForce = (): Redactor => {
  const fiber = Option.getOrUndefined(Fiber.getCurrentFiber())
  return fiber === undefined ? builtInRedactor : rulesIn(fiber.currentContext)
}

/** An error of any type as one line. */
export const shownError = (error: unknown, rules: Redactor = rulesInForce()): string =>
  oneLine(describe(error, defaultLimits, rules), defaultLimits.valueLength, rules)

/** A name or a path in quotation marks, at most `max` characters of it. */
export const quoted = (text: string, max: number, rules: Redactor = builtInRedactor): string =>
  oneLine(JSON.stringify(rules.text(text, max)), 2 * max, rules)

/** All failures and defects as one line; values that are not errors get the prefix `Error: `, as in `Cause.pretty`. */
export const shownCause = (cause: Cause.Cause<unknown>, rules: Redactor = rulesInForce()): string =>
  [...Cause.failures(cause), ...Cause.defects(cause)]
    .map((error) => `${error instanceof Error ? "" : "Error: "}${shownError(error, rules)}`)
    .join("; ") || "it was interrupted"
