/**
 * Opens, annotates and ends spans directly, without a fiber for each.
 */
import type * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import { labelOf, type RunContextShape } from "../telemetry/RunContext.js"
import type { LazyAttributes, Recording } from "../telemetry/TelemetryService.js"
import { AttributeBag } from "../telemetry/tracing/attributeBag.js"
import { annotateForeign } from "../telemetry/tracing/currentSpan.js"
import { givenAttributes } from "../telemetry/tracing/givenAttributes.js"
import { isLoomSpan } from "../telemetry/tracing/LoomSpan.js"
import { nativeTracer } from "../telemetry/tracing/parents.js"

/** The parameters of a new span. */
export interface Opening {
  readonly name: string
  readonly attributes: LazyAttributes | undefined
  readonly parent: Tracer.AnySpan | undefined
  readonly run: RunContextShape
}

/** Explicit attributes win over those of the run. */
const fill = (bag: AttributeBag, { attributes, run }: Opening): void => {
  const given = givenAttributes(attributes)
  if (given !== undefined) {
    bag.setAll(given)
  }
  bag.setDefault("user_id", labelOf(run, "userId"))
  bag.setDefault("session_id", labelOf(run, "sessionId"))
}

/** Opens a span. Never throws. */
export const openSpan = ({ recorder, tracer }: Recording, clock: Clock.Clock, opening: Opening): Tracer.Span => {
  const start = clock.unsafeCurrentTimeNanos()
  const { name, parent } = opening
  if (tracer.underneath !== nativeTracer) {
    return openForeign(tracer, start, opening)
  }
  const bag = new AttributeBag(recorder.limits, recorder.redactor)
  fill(bag, opening)
  const span = recorder.make({
    name: recorder.redactor.name(name),
    links: [],
    bag,
    parent,
    isRoot: false,
    start,
    kind: "internal",
    context: Context.empty()
  })
  recorder.announce(span)
  return span
}

/** Opens a span of another tracer. Like Effect, it passes the attributes at the start and then sets them one by one. */
const openForeign = (
  tracer: Recording["tracer"],
  start: bigint,
  { attributes: lazy, name, parent, run }: Opening
): Tracer.Span => {
  const given = { user_id: labelOf(run, "userId"), session_id: labelOf(run, "sessionId"), ...givenAttributes(lazy) }
  const attributes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const options = { attributes, captureStackTrace: false }
  const span = tracer.span(name, Option.fromNullable(parent), Context.empty(), [], start, "internal", options)
  for (const [key, value] of Object.entries(attributes)) {
    span.attribute(key, value)
  }
  return span
}

/** Ends a span. Throws the exception of a sink if the body succeeded and sink exceptions are to be raised. */
export const endSpan = (
  { recorder }: Recording,
  clock: Clock.Clock,
  span: Tracer.Span,
  exit: Exit.Exit<unknown, unknown>
): void => {
  const time = clock.unsafeCurrentTimeNanos()
  if (isLoomSpan(span) && !Object.hasOwn(span, "end")) {
    const [first] = recorder.end(span, time, exit)
    if (first !== undefined) {
      throw first
    }
  } else {
    span.end(time, exit)
  }
}

/** Sets attributes on a span, whichever tracer made it. */
export const annotateSpan = ({ recorder }: Recording, span: Tracer.AnySpan, attributes: LazyAttributes): void => {
  const given = givenAttributes(attributes)
  if (span._tag !== "Span" || given === undefined) {
    return
  }
  if (isLoomSpan(span) && !Object.hasOwn(span, "attribute")) {
    if (span.isOpen) {
      span.bag.setAll(given)
    }
    return
  }
  annotateForeign(recorder, span, given)
}
