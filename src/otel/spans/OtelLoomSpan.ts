/**
 * A span created by OpenTelemetry's SDK, with its ids and sampling, wrapped in one of our spans.
 *
 * It has the type id of `@effect/opentelemetry`, so that `currentOtelSpan` returns the SDK's span. Attributes, events and links are copied from the
 * record when the span ends, so that every sink shows the same.
 */
import * as OtelApi from "@opentelemetry/api"
import type * as Tracer from "effect/Tracer"
import { labelOf, type RunContextShape } from "../../telemetry/RunContext.js"
import { LoomSpan, type SpanOwner } from "../../telemetry/tracing/LoomSpan.js"
import type { SpanOpening } from "../../telemetry/tracing/safe.js"
import { LoneSpanContext } from "./LoneSpanContext.js"
import { rememberOurs } from "./ownSpans.js"

/** The type id by which `@effect/opentelemetry` recognizes spans that contain one of the SDK's. */
const OtelSpanTypeId: unique symbol = Symbol.for("@effect/opentelemetry/Tracer/OtelSpan")

/** The tracer that creates the spans. */
export interface OtelMaker {
  readonly tracer: OtelApi.Tracer
  /** Whether the SDK was built here: then there is no check that the tracer really creates spans. */
  readonly isOurSdk: boolean
  /** Whether a sampler or a processor may read the attributes and links that spans open with; only then they are passed to the SDK at the start. */
  readonly readsOpening: boolean
}

/** The surroundings in which a span is opened. */
export interface Place {
  readonly parent: Tracer.AnySpan | undefined
  /** The current run, because spans of libraries do not carry its labels. */
  readonly run: RunContextShape
  /** The context in which the fiber was started. */
  readonly startedIn: OtelApi.Context
  /** The context passed to the SDK: the active one with the parent. */
  readonly context: OtelApi.Context
}

/** One of our spans, created by the SDK. */
export class OtelLoomSpan extends LoomSpan {
  readonly [OtelSpanTypeId]: typeof OtelSpanTypeId = OtelSpanTypeId
  /** The OpenTelemetry context inside this span. */
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

  /** The user of its run, as recorded. */
  get userId(): string | undefined {
    return this.recorded("user_id", labelOf(this.place.run, "userId"))
  }

  /** The session of its run, as recorded. */
  get sessionId(): string | undefined {
    return this.recorded("session_id", labelOf(this.place.run, "sessionId"))
  }

  private recorded(key: string, value: string | undefined): string | undefined {
    const { limits, redactor } = this.owner
    const safe = value === undefined ? undefined : redactor.attribute(redactor.ruleOf(key), value, limits, "span")
    return typeof safe === "string" ? safe : undefined
  }
}

/** A span created while OpenTelemetry's tracing is suppressed: recorded by the other sinks, never exported. */
export class SuppressedSpan extends LoomSpan {
  readonly isNeverExported = true
}
