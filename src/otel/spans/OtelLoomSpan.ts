/**
 * Spans that OpenTelemetry's SDK makes: its ids, its sampling, and a span of ours around each.
 *
 * The span carries the mark of `@effect/opentelemetry`, so that `currentOtelSpan` gives the SDK's span. Attributes, events and links are put on that
 * span when it ends, from the record, so that every sink shows the same.
 */
import * as OtelTracing from "@effect/opentelemetry/Tracer"
import * as OtelApi from "@opentelemetry/api"
import * as Context from "effect/Context"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import { isClientSpan } from "../../dialects/projectSpan.js"
import { labelOf, type RunContextShape, runOf } from "../../telemetry/RunContext.js"
import { LoomSpan, type SpanOwner } from "../../telemetry/tracing/LoomSpan.js"
import { recordedParent } from "../../telemetry/tracing/LoomTracer.js"
import { defaultFactory, type SpanFactory, type SpanOpening } from "../../telemetry/tracing/SpanFactory.js"
import { activeContext, runInContext } from "./contextManager.js"
import { LoneSpanContext } from "./LoneSpanContext.js"
import { hrTime } from "./values.js"

/** The name under which our spans and metrics come (the instrumentation scope). */
export const scopeName = "loom-telemetry"

/** The mark by which `@effect/opentelemetry` knows spans that hold one of the SDK's. */
const OtelSpanTypeId: unique symbol = Symbol.for("@effect/opentelemetry/Tracer/OtelSpan")

/** A span of ours that the SDK made. */
export class OtelLoomSpan extends LoomSpan {
  readonly [OtelSpanTypeId]: typeof OtelSpanTypeId = OtelSpanTypeId
  /** The context in which things inside this span run. */
  readonly otelContext: OtelApi.Context

  constructor(
    owner: SpanOwner,
    opening: SpanOpening,
    /** Who made the SDK's span. */
    readonly tracer: OtelApi.Tracer,
    readonly span: OtelApi.Span,
    /** Who it belongs to, as the program says it: library spans do not carry it themselves. */
    private readonly run: RunContextShape
  ) {
    const { spanId, traceFlags, traceId } = span.spanContext()
    super(
      owner,
      opening.name,
      traceId,
      spanId,
      opening.parent,
      opening.start,
      opening.kind,
      opening.context,
      (traceFlags & OtelApi.TraceFlags.SAMPLED) !== 0
    )
    this.otelContext = new LoneSpanContext(span)
    if (!hasOurScope(span)) {
      own.add(span)
    }
  }

  /** The user of its run, as records hold it. */
  get userId(): string | undefined {
    return this.recorded("user_id", labelOf(this.run, "userId"))
  }

  /** The session of its run, as records hold it. */
  get sessionId(): string | undefined {
    return this.recorded("session_id", labelOf(this.run, "sessionId"))
  }

  private recorded(key: string, value: string | undefined): string | undefined {
    const { limits, redactor } = this.owner
    const safe = value === undefined ? undefined : redactor.attribute(redactor.ruleOf(key), value, limits, "span")
    return typeof safe === "string" ? safe : undefined
  }
}

/** What spans of the SDK (2.x) say of their tracer; those that are sampled out say nothing. */
interface Scoped {
  readonly instrumentationScope: { readonly name: string } | undefined
}

const isScoped = (span: object): span is Scoped => "instrumentationScope" in span

const hasOurScope = (span: OtelApi.Span): boolean => isScoped(span) && span.instrumentationScope?.name === scopeName

/** The spans that are ours and do not say so themselves: to remember each one would be a good part of what a span costs. */
const own = new WeakSet<OtelApi.Span>()

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

/**
 * Whether a span of ours is active that is not the fiber's: fibers share the scheduler, and what one leaves there is run in its context.
 */
const isAnotherFibers = (active: OtelApi.Span | undefined): boolean =>
  active !== undefined && (hasOurScope(active) || own.has(active))

/** A span that was made outside of Effect and is active around it. */
const activeParent = (): Tracer.ExternalSpan | undefined => {
  const span = OtelApi.trace.getSpan(activeContext())
  const active = span?.spanContext()
  return active === undefined || isAnotherFibers(span) || !OtelApi.isSpanContextValid(active)
    ? undefined
    : OtelTracing.makeExternalSpan({
      traceId: active.traceId,
      spanId: active.spanId,
      traceFlags: active.traceFlags,
      ...(active.traceState && { traceState: active.traceState })
    })
}

/** Contexts of spans that the SDK did not make; every step of a fiber asks for one. */
const otherContexts = new WeakMap<Tracer.AnySpan, OtelApi.Context>()

/** The state that came with a parent from outside. A loop: spans can be nested deeper than calls. */
export const traceStateOf = (span: Tracer.AnySpan | undefined): OtelApi.TraceState | undefined => {
  let current = span
  while (current instanceof LoomSpan && !(current instanceof OtelLoomSpan)) {
    const known = otherContexts.get(current)
    if (known !== undefined) {
      return OtelApi.trace.getSpanContext(known)?.traceState
    }
    current = current.parentSpan
  }
  return current === undefined
    ? undefined
    : current instanceof OtelLoomSpan
    ? current.span.spanContext().traceState
    : Option.getOrUndefined(Context.getOption(current.context, OtelTracing.OtelTraceState))
}

const remoteContext = (parent: Tracer.AnySpan): OtelApi.SpanContext => {
  const traceState = traceStateOf(parent)
  return {
    traceId: parent.traceId,
    spanId: parent.spanId,
    isRemote: parent._tag === "ExternalSpan",
    traceFlags: parent.sampled ? OtelApi.TraceFlags.SAMPLED : OtelApi.TraceFlags.NONE,
    ...(traceState && { traceState })
  }
}

/** A span as the SDK names one: by its ids. */
export const spanContextOf = (span: Tracer.AnySpan): OtelApi.SpanContext =>
  span instanceof OtelLoomSpan ? span.span.spanContext() : remoteContext(span)

const otherContext = (parent: Tracer.AnySpan): OtelApi.Context => {
  const known = otherContexts.get(parent)
  if (known !== undefined) {
    return known
  }
  const made = OtelApi.trace.setSpanContext(OtelApi.ROOT_CONTEXT, remoteContext(parent))
  otherContexts.set(parent, made)
  return made
}

const contextOf = (parent: Tracer.AnySpan | undefined): OtelApi.Context =>
  parent === undefined
    ? OtelApi.ROOT_CONTEXT
    : parent instanceof OtelLoomSpan
    ? parent.otelContext
    : otherContext(parent)

const currentRun = (): RunContextShape => {
  const fiber = Fiber.getCurrentFiber()
  return fiber._tag === "None" ? {} : runOf(fiber.value.currentContext)
}

// A provider without an SDK behind it gives spans that are no one's, or their parent's: all would have the same id.
const isMade = ({ spanId, traceId }: OtelApi.SpanContext, parent: Tracer.AnySpan | undefined): boolean =>
  OtelApi.isValidSpanId(spanId) && (parent === undefined
    ? OtelApi.isValidTraceId(traceId)
    : spanId !== parent.spanId && (traceId === parent.traceId || OtelApi.isValidTraceId(traceId)))

const inContextOf = <A>(span: Tracer.AnySpan | undefined, execute: () => A): A =>
  span === undefined && !isAnotherFibers(OtelApi.trace.getSpan(activeContext()))
    ? execute()
    : runInContext(contextOf(span), execute)

/** Spans of this tracer of the SDK. Of an SDK that was built here it is known that it makes spans, and with which ids. */
export const otelFactory = (tracer: OtelApi.Tracer, isOurSdk: boolean): SpanFactory => ({
  isAuthority: true,
  make: (owner, given) => {
    const parent = given.parent ?? activeParent()
    const opening = parent === given.parent ? given : { ...given, parent }
    const span = tracer.startSpan(
      given.name,
      { startTime: hrTime(given.start), kind: kindOf(given) },
      contextOf(parent)
    )
    return isOurSdk || isMade(span.spanContext(), parent)
      ? new OtelLoomSpan(owner, opening, tracer, span, currentRun())
      : defaultFactory.make(owner, opening)
  },
  context: (execute, fiber) => inContextOf(recordedParent(fiber.currentSpan), execute)
})
