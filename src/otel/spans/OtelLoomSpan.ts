/**
 * A span that OpenTelemetry's SDK made, with its ids and sampling, wrapped in a span of ours.
 *
 * The span has the type id of `@effect/opentelemetry`, so that `currentOtelSpan` returns the SDK's span. Attributes, events and links are copied from the
 * record when the span ends, so that every sink shows the same.
 */
import * as OtelApi from "@opentelemetry/api"
import type * as Tracer from "effect/Tracer"
import { labelOf, type RunContextShape } from "../../telemetry/RunContext.js"
import { LoomSpan, type SpanOwner } from "../../telemetry/tracing/LoomSpan.js"
import type { SpanOpening } from "../../telemetry/tracing/safe.js"
import { LoneSpanContext } from "./LoneSpanContext.js"
import { rememberOurs } from "./ownSpans.js"

/** The type id by which `@effect/opentelemetry` recognizes spans that hold one of the SDK's. */
const OtelSpanTypeId: unique symbol = Symbol.for("@effect/opentelemetry/Tracer/OtelSpan")

/** Who makes the spans. */
export interface OtelMaker {
  readonly tracer: OtelApi.Tracer
  /** Whether the SDK was built here: then it is not checked that the tracer makes spans. */
  readonly isOurSdk: boolean
  /** Whether a sampler or a processor may look at the attributes and links that spans open with; only then the SDK is told of them at the start. */
  readonly readsOpening: boolean
}

/** Where a span is opened. */
export interface Place {
  readonly parent: Tracer.AnySpan | undefined
  /** The current run, because spans of libraries do not have its labels. */
  readonly run: RunContextShape
  /** What the fiber was started in. */
  readonly startedIn: OtelApi.Context
  /** What the SDK is given: the parent, in front of what is active. */
  readonly context: OtelApi.Context
}

/** A span of ours that the SDK made. */
export class OtelLoomSpan extends LoomSpan {
  readonly [OtelSpanTypeId]: typeof OtelSpanTypeId = OtelSpanTypeId
  /** The context in which things inside this span run. */
  readonly otelContext: LoneSpanContext

  constructor(
    owner: SpanOwner,
    opening: SpanOpening,
    readonly maker: OtelMaker,
    readonly place: Place,
    readonly span: OtelApi.Span
  ) {
    const { spanId, traceFlags, traceId } = span.spanContext()
    super(owner, opening, traceId, spanId, (traceFlags & OtelApi.TraceFlags.SAMPLED) !== 0)
    const { context } = place
    this.otelContext = new LoneSpanContext(span, context instanceof LoneSpanContext ? context.around : context)
    rememberOurs(span)
  }

  /** The user of its run, as records hold it. */
  get userId(): string | undefined {
    return this.recorded("user_id", labelOf(this.place.run, "userId"))
  }

  /** The session of its run, as records hold it. */
  get sessionId(): string | undefined {
    return this.recorded("session_id", labelOf(this.place.run, "sessionId"))
  }

  private recorded(key: string, value: string | undefined): string | undefined {
    const { limits, redactor } = this.owner
    const safe = value === undefined ? undefined : redactor.attribute(redactor.ruleOf(key), value, limits, "span")
    return typeof safe === "string" ? safe : undefined
  }
}

/** A span in a region where OpenTelemetry's tracing is suppressed: recorded by the other sinks, never exported. */
export class SuppressedSpan extends LoomSpan {
  readonly isNeverExported = true
}
