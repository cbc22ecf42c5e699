/**
 * Finds the parent of a new span: the one Effect chose, skipping unrecorded spans and malformed ids.
 */
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { areValidIds } from "./ids.js"
import { isLoomSpan, loomSpanOf } from "./LoomSpan.js"

/** The tracer that Effect uses by default. */
export const nativeTracer: Tracer.Tracer = Context.get(DefaultServices.liveServices, Tracer.Tracer)

const NativeSpan = nativeTracer.span(
  "probe",
  Option.none(),
  Context.empty(),
  [],
  BigInt(0),
  "internal"
).constructor

/** Whether Effect's own tracer made a span. */
export const isNativeSpan = (span: Tracer.AnySpan): boolean => span.constructor === NativeSpan

const isContinued = (span: Tracer.ExternalSpan): boolean => areValidIds(span.traceId, span.spanId)

// While tracing is suppressed, OpenTelemetry creates spans with invalid ids.
const isRecordable = (span: Tracer.Span): boolean =>
  !isPassedOver(span) &&
  (loomSpanOf(span) !== undefined || (!isNativeSpan(span) && areValidIds(span.traceId, span.spanId)))

const isPassedOver = ({ context }: Tracer.Span): boolean => Context.get(context, Tracer.DisablePropagation)

/**
 * The parent for a new span. Skips unrecorded spans: those of regions where tracing is disabled, and Effect's native ones, unless a tracer below ours
 * let the native one create them. External spans with malformed ids are ignored.
 */
export const recordedParent = (span: Tracer.AnySpan | undefined): Tracer.AnySpan | undefined => {
  let current = span
  while (current !== undefined && !isLoomSpan(current)) {
    if (current._tag === "ExternalSpan") {
      return isContinued(current) ? current : undefined
    }
    if (isRecordable(current)) {
      return current
    }
    current = Option.getOrUndefined(current.parent)
  }
  return current
}

/** The parent if another tracer creates the spans: native spans are kept, because that tracer may have let the native one create them. */
export const parentBelow = (span: Tracer.AnySpan | undefined): Tracer.AnySpan | undefined => {
  let current = span
  while (current?._tag === "Span" && isPassedOver(current)) {
    current = Option.getOrUndefined(current.parent)
  }
  return current?._tag === "ExternalSpan" && !isContinued(current) ? undefined : current
}
