/**
 * Operations on the current span: annotations, measurements and scores.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import type { ScoreTarget } from "../../records/ScoreRecord.js"
import { labelOf, runOf } from "../RunContext.js"
import type { AttributesInput, Judgement, LazyAttributes, Recording } from "../TelemetryService.js"
import { clockOf } from "./fiber.js"
import { givenAttributes } from "./givenAttributes.js"
import { isLoomSpan } from "./LoomSpan.js"
import { setAttributes } from "./opening.js"
import { recordedParent } from "./parents.js"
import { safeAttributes } from "./safe.js"
import type { Lookup } from "./spans.js"

/**
 * Runs a function in the current fiber. The sink exceptions it returns become a defect; several become one, because only one value can be thrown.
 *
 * `Effect.withFiberRuntime` would take one more step of the run loop, a fifth of the cost of a measurement.
 */
const inFiber = (run: (fiber: Fiber.RuntimeFiber<unknown, unknown>) => ReadonlyArray<unknown>): Effect.Effect<void> =>
  Effect.sync(() => {
    const failures = run(Option.getOrThrow(Fiber.getCurrentFiber()))
    if (failures.length > 0) {
      throw failures.length === 1 ? failures[0] : new AggregateError(failures, "Several sinks threw")
    }
  })

const none: ReadonlyArray<unknown> = []

/** Sets attributes on the fiber's current span, whichever tracer made it. */
export const annotateCurrent = (lookup: Lookup, attributes: LazyAttributes): Effect.Effect<void> =>
  inFiber((fiber) => {
    const span = fiber.currentSpan
    const recording = lookup(fiber)
    if (span === undefined || span._tag !== "Span" || recording === undefined) {
      return none
    }
    const given = givenAttributes(attributes)
    if (given !== undefined && isLoomSpan(span) && !Object.hasOwn(span, "attribute")) {
      if (span.isOpen) {
        span.bag.setAll(given)
      }
    } else if (given !== undefined) {
      annotateForeign(recording.recorder, span, given)
    }
    return none
  })

/** Sets attributes on a span of another tracer, which does not redact them: they are read once and redacted here. */
export const annotateForeign = (
  recorder: Recording["recorder"],
  span: Tracer.Span,
  attributes: AttributesInput
): void => {
  setAttributes(span, recorder.openSpanOf(span)?.bag, safeAttributes(recorder, attributes, "span"))
}

/** Records one measurement in the fiber's current span. */
export const measure = (
  lookup: Lookup,
  name: string,
  value: number,
  attributes: LazyAttributes | undefined
): Effect.Effect<void> =>
  inFiber((fiber) =>
    lookup(fiber)?.recorder.measure(
      name,
      value,
      givenAttributes(attributes),
      labelOf(runOf(fiber.currentContext), "userId"),
      clockOf(fiber),
      recordedParent(fiber.currentSpan)
    ) ?? none
  )

/** Records one score of the fiber's current span, or of the target with the given ids. */
export const judge = (
  lookup: Lookup,
  target: ScoreTarget | "current",
  name: string,
  judgement: Judgement
): Effect.Effect<void> =>
  inFiber((fiber) =>
    lookup(fiber)?.recorder.score(
      name,
      judgement,
      target,
      labelOf(runOf(fiber.currentContext), "userId"),
      clockOf(fiber),
      recordedParent(fiber.currentSpan)
    ) ?? none
  )
