/**
 * What others say (exceptions, the system, receivers, models), made fit to be logged and to be kept in `stats`: by the rules that records are made by.
 */
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Fiber from "effect/Fiber"
import { defaultLimits } from "../../records/attributes.js"
import { oneLine } from "../../records/oneLine.js"
import type { Redactor } from "../../records/redact/Redactor.js"
import { telemetryKey } from "../contextKeys.js"
import { Redaction } from "../Redaction.js"
import { describe } from "../tracing/outcome.js"

/** What is asked here of the service behind the `Telemetry` tag. */
interface Sinks {
  readonly recording: { readonly recorder: { readonly redactor: Redactor } } | undefined
}

/** The redaction in force in a context: that of the sinks which record there, else the one that is provided, else the built-in rules. */
export const rulesIn = ({ unsafeMap }: Context.Context<never>): Redactor => {
  const sinks: Sinks | undefined = unsafeMap.get(telemetryKey)
  return sinks?.recording?.recorder.redactor ?? unsafeMap.get(Redaction.key) ?? Redaction.default
}

/** The redaction in force where the running fiber is; outside a fiber the built-in rules. */
export const rulesInForce = (): Redactor => {
  const fiber = Fiber.getCurrentFiber()
  return fiber._tag === "Some" ? rulesIn(fiber.value.currentContext) : Redaction.default
}

/** What was thrown or failed with, or said by somebody else, as one line. */
export const shownError = (error: unknown, rules: Redactor = rulesInForce()): string =>
  oneLine(describe(error, defaultLimits, rules), defaultLimits.valueLength, rules)

/** A text in quotation marks, at most so many characters of it: a name or a path that a message quotes. */
export const quoted = (text: string, max: number, rules: Redactor = Redaction.default): string =>
  oneLine(JSON.stringify(rules.text(text, max)), 2 * max, rules)

/** All that went wrong, as one line; what is no error is called one, as `Cause.pretty` does. */
export const shownCause = (cause: Cause.Cause<unknown>, rules: Redactor = rulesInForce()): string =>
  [...Cause.failures(cause), ...Cause.defects(cause)]
    .map((error) => `${error instanceof Error ? "" : "Error: "}${shownError(error, rules)}`)
    .join("; ") || "it was interrupted"
