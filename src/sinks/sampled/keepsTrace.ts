/**
 * Decides whether a trace is kept once it has ended.
 */
import * as Duration from "effect/Duration"
import { elapsedMs } from "../../records/instants.js"
import { handled } from "../../records/promises.js"
import { type SpanData, spanRecord } from "../../records/SpanData.js"
import { metrics } from "../../records/vocabulary.js"
import { shownError } from "../../telemetry/lifecycle/foreignText.js"
import { Reporter } from "../../telemetry/report.js"
import { traceIdRatio } from "./headObserver.js"
import type { HeldTrace } from "./HeldTrace.js"
import type { TailOptions } from "./options.js"

type Condition = (trace: HeldTrace) => boolean

const hasFailed: Condition = (trace) => trace.ended.some((span) => span.outcome === "failure")

const durationOf = ([first, ...others]: ReadonlyArray<SpanData>): number => {
  if (first === undefined) {
    return 0
  }
  let { end, start } = first
  for (const span of others) {
    start = span.start < start ? span.start : start
    end = span.end > end ? span.end : end
  }
  return elapsedMs(start, end)
}

const isSlower = (limit: Duration.DurationInput): Condition => {
  const millis = Duration.toMillis(limit)
  return (trace) => durationOf(trace.ended) > millis
}

const costOf = (trace: HeldTrace): number =>
  trace.metrics.reduce((sum, { name, value }) => name === metrics.costUsd.name ? sum + value : sum, 0)

const isChosen = (keep: NonNullable<TailOptions["keep"]>): Condition => {
  const reporter = new Reporter()
  return (trace) => {
    try {
      return handled(keep(trace.ended.map(spanRecord)))
    } catch (error) {
      reporter.once(
        "threw",
        `The \`keep\` of a tail sampler threw: ${shownError(error)}. ` +
          "The trace is kept; further exceptions are not logged"
      )
      return true
    }
  }
}

/** Whether a trace meets one of the conditions. */
export const keepsTrace = (options: TailOptions): Condition => {
  const { costlierThan, errors, keep, ratio, slowerThan } = options
  const isInRatio = traceIdRatio(ratio ?? 0)
  const conditions: ReadonlyArray<Condition> = [
    ...(errors === false ? [] : [hasFailed]),
    ...(slowerThan === undefined ? [] : [isSlower(slowerThan)]),
    ...(costlierThan === undefined ? [] : [(trace: HeldTrace) => costOf(trace) > costlierThan]),
    ...(keep === undefined ? [] : [isChosen(keep)]),
    (trace) => isInRatio(trace.id)
  ]
  return (trace) => conditions.some((holds) => holds(trace))
}
