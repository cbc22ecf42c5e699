/**
 * The OpenTelemetry contexts inside spans: the context in which the span's fiber was started, with the span.
 */
import * as OtelTracing from "@effect/opentelemetry/Tracer"
import * as OtelApi from "@opentelemetry/api"
import { W3CBaggagePropagator } from "@opentelemetry/core"
import * as Context from "effect/Context"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import { isLoomSpan } from "../../telemetry/tracing/LoomSpan.js"
import { TraceBaggage, TraceState } from "../../telemetry/tracing/traceContext.js"
import type { AdoptedSpan } from "./AdoptedSpan.js"
import { LoneSpanContext } from "./LoneSpanContext.js"
import type { OtelLoomSpan } from "./OtelLoomSpan.js"

/** Whether a span contains one of the SDK's, whichever copy of this package made it. */
const isSdkSpan = (span: Tracer.AnySpan): span is OtelLoomSpan | AdoptedSpan =>
  isLoomSpan(span) && "otelContext" in span

/** The trace state of headers read without OpenTelemetry. */
const stateIn = ({ unsafeMap }: Context.Context<never>): OtelApi.TraceState | undefined => {
  const state: string | undefined = unsafeMap.get(TraceState.key)
  return state === undefined ? undefined : OtelApi.createTraceState(state)
}

const baggagePropagator = new W3CBaggagePropagator()

const baggageIn = ({ unsafeMap }: Context.Context<never>): OtelApi.Baggage | undefined => {
  const text: string | undefined = unsafeMap.get(TraceBaggage.key)
  return text === undefined ? undefined : OtelApi.propagation.getBaggage(
    baggagePropagator.extract(OtelApi.ROOT_CONTEXT, text, { get: () => text, keys: () => ["baggage"] })
  )
}

/** A cache of origins: without it the cost of a span would grow with its depth. */
const origins = new WeakMap<Tracer.AnySpan, Tracer.AnySpan>()

/** The nearest ancestor that OpenTelemetry knows or that has no parent. A loop, because spans can be nested deeper than the call stack. */
const originOf = (span: Tracer.AnySpan): Tracer.AnySpan => {
  let current = span
  while (isLoomSpan(current) && !isSdkSpan(current) && current.parentSpan !== undefined) {
    current = origins.get(current) ?? current.parentSpan
  }
  origins.set(span, current)
  return current
}

const traceStateOf = (origin: Tracer.AnySpan): OtelApi.TraceState | undefined =>
  isSdkSpan(origin)
    ? origin.span.spanContext().traceState
    : Option.getOrElse(Context.getOption(origin.context, OtelTracing.OtelTraceState), () => stateIn(origin.context))

const remoteContext = (parent: Tracer.AnySpan): OtelApi.SpanContext => {
  const traceState = traceStateOf(originOf(parent))
  return {
    traceId: parent.traceId,
    spanId: parent.spanId,
    isRemote: parent._tag === "ExternalSpan",
    traceFlags: parent.sampled ? OtelApi.TraceFlags.SAMPLED : OtelApi.TraceFlags.NONE,
    ...(traceState && { traceState })
  }
}

/** The span context of a span. */
export const spanContextOf = (span: Tracer.AnySpan): OtelApi.SpanContext =>
  isSdkSpan(span) ? span.span.spanContext() : remoteContext(span)

const baggageOf = (origin: Tracer.AnySpan): OtelApi.Baggage | undefined =>
  isSdkSpan(origin)
    ? OtelApi.propagation.getBaggage(origin.otelContext)
    : baggageIn(origin.context)

/** Baggage of a remote parent replaces the active baggage. */
const withBaggage = (around: OtelApi.Context, span: Tracer.AnySpan): OtelApi.Context => {
  const baggage = baggageOf(originOf(span))
  return baggage === undefined ? around : OtelApi.propagation.setBaggage(around, baggage)
}

/** A cached context of a span, for one surrounding context. */
interface Kept {
  readonly around: OtelApi.Context
  readonly context: LoneSpanContext
}

/** The latest context of each span that does not have one of its own. Every step of a fiber needs one. */
const kept = new WeakMap<Tracer.AnySpan, Kept>()

const keep = (span: Tracer.AnySpan, around: OtelApi.Context, make: () => LoneSpanContext): LoneSpanContext => {
  const known = kept.get(span)
  if (known !== undefined && known.around === around) {
    return known.context
  }
  const context = make()
  kept.set(span, { around, context })
  return context
}

const otherContext = (span: Tracer.AnySpan, around: OtelApi.Context): LoneSpanContext =>
  keep(
    span,
    around,
    () => new LoneSpanContext(OtelApi.trace.wrapSpanContext(remoteContext(span)), withBaggage(around, span))
  )

/**
 * The context inside a span, for a fiber started in the context `around`. The span's own context is used, unless the fiber was started in a different
 * one: it may have been started in the middle of another request, with a runtime that contains the span.
 */
export const contextInside = (span: Tracer.AnySpan | undefined, around: OtelApi.Context): OtelApi.Context => {
  if (span === undefined) {
    return around
  }
  if (!isSdkSpan(span)) {
    return otherContext(span, around)
  }
  return around === OtelApi.ROOT_CONTEXT || ("place" in span && around === span.place.startedIn)
    ? span.otelContext
    : keep(span, around, () => new LoneSpanContext(span.span, around))
}
