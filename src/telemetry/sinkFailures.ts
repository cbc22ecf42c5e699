/**
 * What happens to an exception of a sink's hook: reported once per sink, and kept to be raised where the sink asks for that.
 */
import type { Redactor } from "../records/redact/Redactor.js"
import { shownError } from "./lifecycle/foreignText.js"
import type { Observer } from "./Observer.js"
import type { Reporter } from "./report.js"

/** A hook that may throw. */
export type Hook = "onStart" | "onEnd" | "onMetric" | "onScore"

/** Exceptions that one span passes on; the bound is for spans that stay open while a sink throws at every measurement. */
export const mostRaised = 16

/** As the people who wrote the sink call them. */
const hookNames: Record<Hook, string> = {
  onStart: "onSpanStart",
  onEnd: "onSpanEnd",
  onMetric: "onMetric",
  onScore: "onScore"
}

/** Takes an exception of a hook; `raised` gets it if it is to go on. */
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
  // By the sink, not by its name: two sinks may share one.
  reporter.once(
    observer,
    `The telemetry sink "${observer.name}" threw in ${hookNames[hook]}: ${shownError(error, redactor)}. ` +
      "The other sinks have recorded; further exceptions of this sink are not logged"
  )
}
