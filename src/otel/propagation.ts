/**
 * Traces across processes, as W3C Trace Context: out of one with headers, into the next from them.
 *
 * Incoming context is checked strictly: with ids that are not hexadecimal, or all zero, a new trace begins. State that is oversized is left out,
 * and the trace goes on: a flaw of `tracestate` must not affect `traceparent` (W3C Trace Context, section 3.3).
 */
import * as OtelTracing from "@effect/opentelemetry/Tracer"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import { areValidIds } from "../telemetry/tracing/ids.js"
import { recordedParent } from "../telemetry/tracing/LoomTracer.js"
import { traceStateOf } from "./spans/OtelLoomSpan.js"

/** Headers by lower-case name. */
type Headers = { readonly [name: string]: string | undefined }

/** version 00: `00-TRACE-SPAN-FLAGS`; of later versions the same beginning (W3C Trace Context level 1, section 3.2). */
const traceparentPattern = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/** Section 3.3.1.5: a vendor may cut state above this length; more is refused here. */
const longestState = 512

/** The span that the headers name; none where they name none that is valid. */
export const parentFromHeaders = (headers: Headers): Option.Option<Tracer.ExternalSpan> => {
  const match = traceparentPattern.exec(headers["traceparent"]?.trim() ?? "")
  if (match === null || (match[1] === "00" && match[5] !== undefined)) {
    return Option.none()
  }
  const [, , traceId, spanId, flags] = match as unknown as readonly [string, string, string, string, string]
  const state = headers["tracestate"]
  return areValidIds(traceId, spanId)
    ? Option.some(OtelTracing.makeExternalSpan({
      traceId,
      spanId,
      traceFlags: Number.parseInt(flags, 16),
      ...(state !== undefined && state.length <= longestState && { traceState: state })
    }))
    : Option.none()
}

/** Runs an effect as part of the trace that the headers name; where they name none, as it is. */
export const continueTrace =
  (headers: Headers) => <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, Exclude<R, Tracer.ParentSpan>> =>
    Option.match(parentFromHeaders(headers), {
      onNone: () => self as Effect.Effect<A, E, Exclude<R, Tracer.ParentSpan>>,
      onSome: (parent) => Effect.withParentSpan(self, parent)
    })

/** The headers that hand the current span on; empty where there is none. */
export const traceHeaders: Effect.Effect<{ readonly [name: string]: string }> = Effect.withFiberRuntime((fiber) => {
  const span = recordedParent(fiber.currentSpan)
  return Effect.succeed(span === undefined ? {} : headersOf(span))
})

const headersOf = (span: Tracer.AnySpan): { readonly [name: string]: string } => {
  const state = traceStateOf(span)?.serialize()
  return {
    traceparent: `00-${span.traceId}-${span.spanId}-${span.sampled ? "01" : "00"}`,
    ...(state !== undefined && state !== "" && { tracestate: state })
  }
}
