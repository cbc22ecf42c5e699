/**
 * Lets OpenTelemetry's SDK create the spans, and makes its active context follow the fibers.
 */
import * as OtelTracing from "@effect/opentelemetry/Tracer"
import * as OtelApi from "@opentelemetry/api"
import { isTracingSuppressed } from "@opentelemetry/core"
import * as Fiber from "effect/Fiber"
import type * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import { isClientSpan } from "../../dialects/projectSpan.js"
import { runOf } from "../../telemetry/RunContext.js"
import { randomIds } from "../../telemetry/tracing/ids.js"
import type { SpanOwner } from "../../telemetry/tracing/LoomSpan.js"
import { recordedParent } from "../../telemetry/tracing/parents.js"
import type { SafeLink, SpanOpening } from "../../telemetry/tracing/safe.js"
import { defaultFactory, type SpanFactory } from "../../telemetry/tracing/SpanFactory.js"
import { adoptedSpan, startSpanFor } from "./AdoptedSpan.js"
import { headersOfContext } from "./contextHeaders.js"
import { activeContext, runInContext } from "./contextManager.js"
import { contextOfFiber, fromOutside } from "./fiberContexts.js"
import { OtelLoomSpan, type OtelMaker, type Place, SuppressedSpan } from "./OtelLoomSpan.js"
import { isOurs } from "./ownSpans.js"
import { contextInside } from "./spanContexts.js"
import { hrTime, otelAttributes, otelLink } from "./values.js"

const kinds: Record<Tracer.SpanKind, OtelApi.SpanKind> = {
  internal: OtelApi.SpanKind.INTERNAL,
  client: OtelApi.SpanKind.CLIENT,
  server: OtelApi.SpanKind.SERVER,
  producer: OtelApi.SpanKind.PRODUCER,
  consumer: OtelApi.SpanKind.CONSUMER
}

// A model call leaves the process (GenAI semantic conventions: kind client).
const kindOf = ({ kind, name }: SpanOpening): OtelApi.SpanKind =>
  isClientSpan(name) ? OtelApi.SpanKind.CLIENT : kinds[kind]

/** The active span of a context from outside of Effect, if other code created it. */
const activeParent = (owner: SpanOwner, context: OtelApi.Context): Tracer.AnySpan | undefined => {
  const span = OtelApi.trace.getSpan(context)
  if (span === undefined || isOurs(span)) {
    return undefined
  }
  const active = span.spanContext()
  return adoptedSpan(owner, span) ?? (!OtelApi.isSpanContextValid(active)
    ? undefined
    : OtelTracing.makeExternalSpan({
      traceId: active.traceId,
      spanId: active.spanId,
      traceFlags: active.traceFlags,
      ...(active.traceState && { traceState: active.traceState })
    }))
}

const startedInOf = (fiber: Option.Option<Fiber.RuntimeFiber<unknown, unknown>>): OtelApi.Context =>
  fiber._tag === "Some" ? contextOfFiber(fiber.value) : fromOutside()

const placeOf = (owner: SpanOwner, { isRoot, parent }: SpanOpening): Place => {
  const fiber = Fiber.getCurrentFiber()
  const isInFiber = fiber._tag === "Some"
  const startedIn = startedInOf(fiber)
  const run = isInFiber ? runOf(fiber.value.currentContext) : {}
  if (parent !== undefined) {
    return { parent, run, startedIn, context: contextInside(parent, startedIn) }
  }
  if (startedIn === OtelApi.ROOT_CONTEXT) {
    return { parent, run, startedIn, context: startedIn }
  }
  return isRoot
    ? { parent, run, startedIn, context: OtelApi.trace.deleteSpan(startedIn) }
    : { parent: activeParent(owner, startedIn), run, startedIn, context: startedIn }
}

// A provider without an SDK returns an invalid span or the parent: all spans would have the same id.
const isMade = ({ spanId, traceId }: OtelApi.SpanContext, parent: Tracer.AnySpan | undefined): boolean =>
  OtelApi.isValidSpanId(spanId) && (parent === undefined
    ? OtelApi.isValidTraceId(traceId)
    : spanId !== parent.spanId && (traceId === parent.traceId || OtelApi.isValidTraceId(traceId)))

const suppressed = (owner: SpanOwner, opening: SpanOpening): SuppressedSpan =>
  new SuppressedSpan(owner, opening, opening.parent?.traceId ?? randomIds.traceId(), randomIds.spanId(), false)

/** Maximum number of attributes passed to the SDK at the start. It keeps only the first 128, which must leave room for those of the dialects. */
const mostOpening = 64

const openingAttributes = ({ bag }: SpanOpening): OtelApi.Attributes =>
  otelAttributes(
    bag.size <= mostOpening ? bag.values : Object.fromEntries(Object.entries(bag.values).slice(0, mostOpening))
  )

/** The options that samplers and `SpanProcessor.onStart` see. */
const fullOptions = (opening: SpanOpening): OtelApi.SpanOptions => ({
  startTime: hrTime(opening.start),
  kind: kindOf(opening),
  ...(opening.bag.size > 0 && { attributes: openingAttributes(opening) }),
  ...(opening.links.length > 0 && { links: opening.links.map(linkOf) })
})

const linkOf = ({ attributes, span: { spanId, traceId } }: SafeLink): OtelApi.Link =>
  otelLink({ traceId, spanId, attributes })

const runInside = <A>(span: Tracer.AnySpan | undefined, startedIn: OtelApi.Context, execute: () => A): A =>
  span === undefined && startedIn === activeContext()
    ? execute()
    : runInContext(contextInside(span, startedIn), execute)

/** A factory that creates spans with a tracer of the SDK. */
export const otelFactory = (maker: OtelMaker): SpanFactory => ({
  isAuthority: true,
  make: (owner, given) => {
    const place = placeOf(owner, given)
    const { context, parent } = place
    const opening = parent === given.parent ? given : { ...given, parent }
    if (isTracingSuppressed(context)) {
      return suppressed(owner, opening)
    }
    const options = maker.readsOpening ? fullOptions(opening) : { startTime: hrTime(given.start), kind: kindOf(given) }
    const span = startSpanFor(owner, maker.tracer, given.name, options, context)
    return maker.isOurSdk || isMade(span.spanContext(), parent)
      ? new OtelLoomSpan(owner, opening, maker, place, span)
      : defaultFactory.make(owner, opening)
  },
  context: (execute, fiber) => runInside(recordedParent(fiber.currentSpan), contextOfFiber(fiber), execute),
  inContextOf: (span, execute) => runInside(span, fromOutside(), execute),
  headers: (span) => headersOfContext(contextInside(span, startedInOf(Fiber.getCurrentFiber()))),
  activeParent: (owner) => activeParent(owner, activeContext())
})
