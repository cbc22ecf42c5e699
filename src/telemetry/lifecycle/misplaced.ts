/**
 * `Redaction` and `TelemetryLimits` are read when a sink's layer is built. Given to the program instead (or side by side with the sink, in one list) they
 * change nothing, and what was to be hidden is not: that is said where a trace begins.
 */
import type * as Context from "effect/Context"
import type { Recorder } from "../Recorder.js"
import { Redaction } from "../Redaction.js"
import { TelemetryLimits } from "../TelemetryLimits.js"

const say = (recorder: Recorder, setting: string): void =>
  recorder.reporter.once(
    setting,
    `A ${setting} was provided to the program and not to its sinks, where it changes nothing. Provide it to the layer of the sinks: ` +
      `Sinks.pipe(Layer.provide(Layer.succeed(${setting}, …)))`
  )

/** Says once of each setting that what runs has another one than the sinks were built with. */
export const sayMisplaced = (recorder: Recorder, { unsafeMap }: Context.Context<never>): void => {
  const redactor = unsafeMap.get(Redaction.key)
  if (redactor !== undefined && redactor !== recorder.redactor) {
    say(recorder, "Redaction")
  }
  const limits = unsafeMap.get(TelemetryLimits.key)
  if (limits !== undefined && limits !== recorder.limits) {
    say(recorder, "TelemetryLimits")
  }
}
