/**
 * What is said inside a span: attributes that are known only afterwards, measurements and judgements.
 */
import * as Effect from "effect/Effect"
import type * as Tracer from "effect/Tracer"
import type { ScoreTarget } from "../../records/ScoreRecord.js"
import { labelOf, runOf } from "../RunContext.js"
import type { AttributesInput, Judgement, LazyAttributes, Recording } from "../TelemetryService.js"
import { clockOf } from "./fiber.js"
import { givenAttributes } from "./givenAttributes.js"
import { isLoomSpan } from "./LoomSpan.js"
import { tell } from "./opening.js"
import { recordedParent } from "./parents.js"
import { safeAttributes } from "./safe.js"
import { dieAll, type Lookup } from "./spans.js"

/** Sets attributes on the fiber's current span, whichever tracer made it. */
export const annotateCurrent = (lookup: Lookup, attributes: LazyAttributes): Effect.Effect<void> =>
  Effect.withFiberRuntime((fiber) => {
    const span = fiber.currentSpan
    const recording = lookup(fiber)
    if (span === undefined || span._tag !== "Span" || recording === undefined) {
      return Effect.void
    }
    const given = givenAttributes(attributes)
    if (given !== undefined && isLoomSpan(span) && !Object.hasOwn(span, "attribute")) {
      if (span.isOpen) {
        span.bag.setAll(given)
      }
    } else if (given !== undefined) {
      annotateForeign(recording.recorder, span, given)
    }
    return Effect.void
  })

/** Sets attributes on a span of another tracer, which reads them as they are: they are read once, and made safe here. */
export const annotateForeign = (
  recorder: Recording["recorder"],
  span: Tracer.Span,
  attributes: AttributesInput
): void => {
  tell(span, recorder.openSpanOf(span)?.bag, safeAttributes(recorder, attributes, "span"))
}

/** One measurement, in the fiber's current span. */
export const measure = (
  lookup: Lookup,
  name: string,
  value: number,
  attributes: LazyAttributes | undefined
): Effect.Effect<void> =>
  Effect.withFiberRuntime((fiber) => {
    const recording = lookup(fiber)
    if (recording === undefined) {
      return Effect.void
    }
    const failures = recording.recorder.measure(
      name,
      value,
      givenAttributes(attributes),
      labelOf(runOf(fiber.currentContext), "userId"),
      clockOf(fiber),
      recordedParent(fiber.currentSpan)
    )
    return failures.length === 0 ? Effect.void : Effect.failCause(dieAll(failures))
  })

/** One judgement of the fiber's current span, or of what the ids name. */
export const judge = (
  lookup: Lookup,
  target: ScoreTarget | "current",
  name: string,
  judgement: Judgement
): Effect.Effect<void> =>
  Effect.withFiberRuntime((fiber) => {
    const recording = lookup(fiber)
    if (recording === undefined) {
      return Effect.void
    }
    const failures = recording.recorder.score(
      name,
      judgement,
      target,
      labelOf(runOf(fiber.currentContext), "userId"),
      clockOf(fiber),
      recordedParent(fiber.currentSpan)
    )
    return failures.length === 0 ? Effect.void : Effect.failCause(dieAll(failures))
  })
