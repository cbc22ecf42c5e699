/**
 * Opens spans of `Telemetry`: with the given attributes, the region's annotations and links, and the current run.
 */
import * as Context from "effect/Context"
import type * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import type { Attributes } from "../../records/attributes.js"
import { labelOf, runOf } from "../RunContext.js"
import type { LazyAttributes, Recording, TelemetrySpanOptions } from "../TelemetryService.js"
import { AttributeBag } from "./attributeBag.js"
import { annotateFromFiber, clockOf, linksFromFiber, tracerOf } from "./fiber.js"
import { decorate } from "./foreign/decorate.js"
import { givenAttributes } from "./givenAttributes.js"
import { isLoomTracer } from "./LoomTracer.js"
import { warnMisplaced } from "./misplacedSettings.js"
import { nativeTracer, parentBelow, recordedParent } from "./parents.js"
import { safeLinks, type SafeOpening } from "./safe.js"

type RunningFiber = Fiber.RuntimeFiber<unknown, unknown>

const noOptions: TelemetrySpanOptions = {}

/** The arguments for a span of `Telemetry`. */
export interface SpanRequest {
  readonly name: string
  readonly attributes: LazyAttributes | undefined
  readonly options: TelemetrySpanOptions | undefined
}

/** Opens a span as a child of the fiber's current one. Never throws; attributes are redacted before anyone sees them. */
export const openSpan = (
  fiber: RunningFiber,
  { recorder, tracer }: Recording,
  { attributes, name, options = noOptions }: SpanRequest
): Tracer.Span => {
  if (recorder.unchecked > 0) {
    warnMisplaced(recorder, fiber)
  }
  const start = clockOf(fiber).unsafeCurrentTimeNanos()
  const current = tracerOf(fiber)
  const made = current === tracer || current === nativeTracer || isLoomTracer(current)
    ? tracer.underneath
    : current
  const isRoot = options.root === true
  const shownName = recorder.redactor.name(name)
  const links = safeLinks(recorder, linksFromFiber(fiber, options.links))
  const bag = collectAttributes(fiber, new AttributeBag(recorder.limits, recorder.redactor), attributes)
  if (made !== nativeTracer) {
    return openForeign(fiber, recorder, made, { name: shownName, links, bag }, options, start)
  }
  // Member by member: spreading an object here would cost as much as the rest of a span.
  const span = recorder.make({
    name: shownName,
    links,
    bag,
    parent: isRoot ? undefined : recordedParent(fiber.currentSpan),
    isRoot,
    start,
    kind: options.kind ?? "internal",
    context: Context.empty()
  })
  recorder.announce(span)
  return span
}

/** Explicit attributes take precedence over the region's annotations, and those over the current run. */
const collectAttributes = (
  fiber: RunningFiber,
  bag: AttributeBag,
  attributes: LazyAttributes | undefined
): AttributeBag => {
  annotateFromFiber(fiber, (key, value) => bag.set(key, value))
  const given = givenAttributes(attributes)
  if (given !== undefined) {
    bag.setAll(given)
  }
  const run = runOf(fiber.currentContext)
  bag.setDefault("user_id", labelOf(run, "userId"))
  bag.setDefault("session_id", labelOf(run, "sessionId"))
  return bag
}

const openForeign = (
  fiber: RunningFiber,
  recorder: Recording["recorder"],
  made: Tracer.Tracer,
  opening: SafeOpening,
  { kind = "internal", root = false }: TelemetrySpanOptions,
  start: bigint
): Tracer.Span => {
  const { bag } = opening
  const all = bag.told()
  bag.expect(all)
  const span = decorate(recorder, made, opening, {
    parent: root ? Option.none() : Option.fromNullable(parentBelow(fiber.currentSpan)),
    context: Context.empty(),
    start,
    kind,
    options: { captureStackTrace: false, ...(root && { root }) }
  })
  // Set again, as Effect does, because some tracers only read attributes here. They include the count of dropped ones, which is added again.
  bag.forgetDropped()
  setAttributes(span, bag, all)
  return span
}

/** Sets redacted attributes on a span of another tracer, which may pass them on to the bag of the span that records it. */
export const setAttributes = (span: Tracer.Span, bag: AttributeBag | undefined, safe: Attributes): void => {
  bag?.expect(safe)
  for (const [key, value] of Object.entries(safe)) {
    span.attribute(key, value)
  }
}
