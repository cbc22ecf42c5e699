/**
 * What was provided in vain, said once where a trace begins.
 *
 * `Redaction` and `TelemetryLimits` are read when a sink's layer is built. Given to the program instead (or side by side with the sink, in one list) they
 * change nothing, and what was to be hidden is not. And of sinks that are provided side by side only one records.
 */
import type * as Context from "effect/Context"
import type * as Fiber from "effect/Fiber"
import { redactionKey } from "../contextKeys.js"
import { markIn, marksIn } from "../lifecycle/sinkMark.js"
import type { Observer } from "../Observer.js"
import type { Recorder } from "../Recorder.js"
import { TelemetryLimits } from "../TelemetryLimits.js"
import { tracerOf } from "./fiber.js"
import { loomSpanOf } from "./LoomSpan.js"

type RunningFiber = Fiber.RuntimeFiber<unknown, unknown>

const say = (recorder: Recorder, setting: string): void =>
  recorder.reporter.once(
    setting,
    `A ${setting} was provided to the program and not to its sinks, where it changes nothing. Provide it to the layer of the sinks: ` +
      `Sinks.pipe(Layer.provide(Layer.succeed(${setting}, …)))`
  )

/** Says once of each setting that what runs has another one than the sinks were built with. */
const sayMisplaced = (recorder: Recorder, { unsafeMap }: Context.Context<never>): void => {
  const redactor = unsafeMap.get(redactionKey)
  if (redactor !== undefined && redactor !== recorder.redactor) {
    say(recorder, "Redaction")
  }
  const limits = unsafeMap.get(TelemetryLimits.key)
  if (limits !== undefined && limits !== recorder.limits) {
    say(recorder, "TelemetryLimits")
  }
}

const namesOf = (sinks: ReadonlyArray<Observer>): ReadonlyArray<string> => sinks.map(({ name }) => name)

/** Says once which sinks get nothing, because another one was provided together with them. */
const saySilent = (fiber: RunningFiber): void => {
  const used = markIn(fiber.currentContext)
  if (used === undefined) {
    return
  }
  const all: Array<string> = []
  const silent: Array<string> = []
  for (const mark of marksIn(fiber.currentContext)) {
    const names = namesOf(mark === used ? used.recorder.observers : mark.silencedBy(used))
    all.push(...names)
    if (mark !== used) {
      // Where the layers take different times to build, the tracer may be that of another one.
      const what = mark.tracer === tracerOf(fiber) ? "only the spans of Effect.withSpan" : "nothing"
      silent.push(...names.map((name) => `"${name}" receives ${what}`))
    }
  }
  if (silent.length > 0) {
    used.recorder.reporter.once(
      "silent",
      `Telemetry sinks were provided side by side, and "${
        namesOf(used.recorder.observers).join(", ")
      }" takes the place of the others: ` +
        `${silent.join(", ")}. To record in all of them, provide MultiTelemetry.layer([${all.join(", ")}])`
    )
  }
}

/** Looks for it where a span of this recorder is about to be opened; `recorder.unchecked` says how often that is worth it. */
export const sayInVain = (recorder: Recorder, fiber: RunningFiber): void => {
  const current = fiber.currentSpan
  if (current !== undefined && loomSpanOf(current)?.owner === recorder) {
    return
  }
  recorder.unchecked--
  saySilent(fiber)
  if (current === undefined) {
    sayMisplaced(recorder, fiber.currentContext)
  }
}
