/**
 * Propagates traces across processes with W3C Trace Context and W3C Baggage: in HTTP headers, and in the `_meta` of the Model Context Protocol.
 */
import * as OtelTracing from "@effect/opentelemetry/Tracer"
import * as OtelApi from "@opentelemetry/api"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import { recordedParent } from "../telemetry/tracing/parents.js"
import { remoteSpan, type TraceCarrier, type TraceHeaders, TraceState } from "../telemetry/tracing/traceContext.js"
import { headersOfContext } from "./spans/contextHeaders.js"
import { contextOfFiber } from "./spans/fiberContexts.js"
import { contextInside } from "./spans/spanContexts.js"

/** The span with its trace state where Effect's OpenTelemetry package expects it. */
const withState = (remote: Tracer.ExternalSpan): Tracer.ExternalSpan => {
  const { context, sampled, spanId, traceId } = remote
  const traceState: string | undefined = context.unsafeMap.get(TraceState.key)
  const span = OtelTracing.makeExternalSpan({
    traceId,
    spanId,
    traceFlags: sampled ? OtelApi.TraceFlags.SAMPLED : OtelApi.TraceFlags.NONE,
    ...(traceState !== undefined && { traceState })
  })
  return { ...span, context: Context.merge(context, span.context) }
}

/** The remote span in the headers, if valid, with their baggage. */
export const parentFromHeaders = (headers: TraceCarrier | null | undefined): Option.Option<Tracer.ExternalSpan> => {
  const remote = remoteSpan(headers)
  return remote === undefined ? Option.none() : Option.some(withState(remote))
}

/**
 * Runs an effect as part of the trace in the headers, if they contain a valid one. Inside, their baggage is OpenTelemetry's active baggage.
 *
 * @example
 * createServer((req, res) => runtime.runPromise(continueTrace(req.headers)(handle(req, res))))
 */
export const continueTrace =
  (headers: TraceCarrier | null | undefined) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, Exclude<R, Tracer.ParentSpan>> =>
    Option.match(parentFromHeaders(headers), {
      onNone: () => self as Effect.Effect<A, E, Exclude<R, Tracer.ParentSpan>>,
      onSome: (parent) => Effect.withParentSpan(self, parent)
    })

/** The headers that propagate the current span and OpenTelemetry's baggage; empty without either, or if tracing is suppressed. */
export const traceHeaders: Effect.Effect<TraceHeaders> = Effect.withFiberRuntime((fiber) =>
  Effect.succeed(headersOfContext(contextInside(recordedParent(fiber.currentSpan), contextOfFiber(fiber))))
)

/** The same entries for the `_meta` of an MCP request: `traceparent`, `tracestate` and `baggage`. On the other side, pass them to `continueTrace`. */
export const traceMeta: Effect.Effect<TraceHeaders> = Effect.suspend(() => traceHeaders)
