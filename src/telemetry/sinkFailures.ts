/**
 * Handles exceptions thrown by a sink's hooks: logged once per sink, and kept for raising if the sink is configured to raise.
 */
import type { Redactor } from "../records/redact/Redactor.js"
import { shownError } from "./lifecycle/foreignText.js"
import type { Observer } from "./Observer.js"
import type { Reporter } from "./report.js"

/** A hook that may throw. */
export type Hook = "onStart" | "onEnd" | "onMetric" | "onScore"

/** Maximum number of exceptions one span raises: a span may stay open while a sink throws on every measurement. */
export const mostRaised = 16

/** The hooks' names in `TelemetrySink`. */
const hookNames: Record<Hook, string> = {
  onStart: "onSpanStart",
  onEnd: "onSpanEnd",
  onMetric: "onMetric",
  onScore: "onScore"
}

/** Handles an exception thrown by a hook; adds it to `raised` if the sink raises. */
export const hookFailed = (
  { redactor, reporter }: { readonly reporter: Reporter; readonly redactor: Redactor },
  observer: Observer,
  hook: Hook,
  error: unknown,
  raised: Array<unknown>
): void => {
  if (observer.onError === "raise" && raised.length < mostRaised) {
    raised.push(error)
  }
  // Keyed by the sink, not by its name: two sinks may share a name.
  reporter.once(
    observer,
    `The telemetry sink "${observer.name}" threw in ${hookNames[hook]}: ${shownError(error, redactor)}. ` +
      "The other sinks have recorded; further exceptions of this sink are not logged"
  )
}
