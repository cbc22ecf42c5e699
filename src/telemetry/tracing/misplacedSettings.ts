/**
 * Warns once, when a trace starts, about settings and sinks that were provided in the wrong place.
 *
 * `Redaction` and `TelemetryLimits` are read when a sink's layer is built. Provided to the program instead (or next to the sink, in one list) they
 * have no effect, and secrets are recorded. Of several sinks provided side by side, only one records.
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

const warnUnused = (recorder: Recorder, setting: string): void =>
  recorder.reporter.once(
    setting,
    `${setting} was provided to the program instead of its sinks, so it has no effect. Provide it to the sinks' layer: ` +
      `Sinks.pipe(Layer.provide(Layer.succeed(${setting}, …)))`
  )

/** Warns once per setting if the program has another one than the sinks were built with. */
const warnMisplacedSettings = (recorder: Recorder, { unsafeMap }: Context.Context<never>): void => {
  const redactor = unsafeMap.get(redactionKey)
  if (redactor !== undefined && redactor !== recorder.redactor) {
    warnUnused(recorder, "Redaction")
  }
  const limits = unsafeMap.get(TelemetryLimits.key)
  if (limits !== undefined && limits !== recorder.limits) {
    warnUnused(recorder, "TelemetryLimits")
  }
}

const namesOf = (sinks: ReadonlyArray<Observer>): ReadonlyArray<string> => sinks.map(({ name }) => name)

/** Warns once about sinks that receive nothing because another one was provided next to them. */
const warnSilencedSinks = (fiber: RunningFiber): void => {
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
      // Depending on which layer was built last, the tracer may be that of another layer.
      const what = mark.tracer === tracerOf(fiber) ? "only the spans of Effect.withSpan" : "nothing"
      silent.push(...names.map((name) => `"${name}" receives ${what}`))
    }
  }
  if (silent.length > 0) {
    used.recorder.reporter.once(
      "silent",
      `Telemetry sinks were provided side by side, and "${
        namesOf(used.recorder.observers).join(", ")
      }" overrides the others: ` +
        `${silent.join(", ")}. To record in all of them, provide MultiTelemetry.layer([${all.join(", ")}])`
    )
  }
}

/** Checks before the recorder opens the first span of a trace; `recorder.unchecked` limits how many traces are checked. */
export const warnMisplaced = (recorder: Recorder, fiber: RunningFiber): void => {
  const current = fiber.currentSpan
  if (current !== undefined && loomSpanOf(current)?.owner === recorder) {
    return
  }
  recorder.unchecked--
  warnSilencedSinks(fiber)
  if (current === undefined) {
    warnMisplacedSettings(recorder, fiber.currentContext)
  }
}
