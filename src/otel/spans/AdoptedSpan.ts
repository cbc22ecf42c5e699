/**
 * Records spans that other instrumentation created with an OpenTelemetry SDK. Each keeps its ids and its place in the tree.
 */
import * as OtelApi from "@opentelemetry/api"
import type { ReadableSpan, Span } from "@opentelemetry/sdk-trace-base"
import * as Context from "effect/Context"
import * as Exit from "effect/Exit"
import * as Tracer from "effect/Tracer"
import { ownNames } from "../../records/vocabulary.js"
import { shared } from "../../telemetry/copies.js"
import type { Recorder } from "../../telemetry/Recorder.js"
import { AttributeBag } from "../../telemetry/tracing/attributeBag.js"
import { LoomSpan } from "../../telemetry/tracing/LoomSpan.js"
import { LoneSpanContext } from "./LoneSpanContext.js"
import { nanosOf } from "./values.js"

/** The adopted spans of each recorder. */
const adoptedBy = shared("adoptedSpans", () => new WeakMap<object, WeakMap<OtelApi.Span, AdoptedSpan>>())

/** The record of an SDK's span, if this recorder adopted it. */
export const adoptedSpan = (owner: object, span: OtelApi.Span): AdoptedSpan | undefined =>
  adoptedBy.get(owner)?.get(span)

const making = shared("making", () => ({ owner: undefined as object | undefined }))

/** Starts a span that this recorder records itself, so it is not adopted. */
export const startSpanFor = (
  owner: object,
  tracer: OtelApi.Tracer,
  name: string,
  options: OtelApi.SpanOptions,
  context: OtelApi.Context
): OtelApi.Span => {
  making.owner = owner
  try {
    return tracer.startSpan(name, options, context)
  } finally {
    making.owner = undefined
  }
}

/** Whether this recorder is currently creating a span. */
export const isMaking = (owner: object): boolean => making.owner === owner

const kinds: { readonly [kind: number]: Tracer.SpanKind } = {
  [OtelApi.SpanKind.SERVER]: "server",
  [OtelApi.SpanKind.CLIENT]: "client",
  [OtelApi.SpanKind.PRODUCER]: "producer",
  [OtelApi.SpanKind.CONSUMER]: "consumer"
}

const external = ({ spanId, traceFlags, traceId }: OtelApi.SpanContext): Tracer.ExternalSpan =>
  Tracer.externalSpan({ spanId, traceId, sampled: (traceFlags & OtelApi.TraceFlags.SAMPLED) !== 0 })

/** The SDK's parent: one of our spans, an adopted one, or one in another process. */
const parentOf = (
  recorder: Recorder,
  { parentSpanContext: parent }: ReadableSpan,
  context: OtelApi.Context
): Tracer.AnySpan | undefined => {
  if (parent === undefined) {
    return undefined
  }
  const above = OtelApi.trace.getSpan(context)
  const adopted = above?.spanContext().spanId === parent.spanId ? adoptedSpan(recorder, above) : undefined
  const named = external(parent)
  return adopted ?? (parent.isRemote === true ? named : recorder.openSpanOf(named) ?? named)
}

const eventKey = (name: string, time: OtelApi.HrTime): string => `${name} ${time.join(" ")}`

/** The record of an SDK's span. */
export class AdoptedSpan extends LoomSpan {
  readonly isNeverExported = true
  /** The OpenTelemetry context inside this span. */
  readonly otelContext: OtelApi.Context
  private readonly ignored = new Set<string>()

  constructor(private readonly recorder: Recorder, readonly span: Span, context: OtelApi.Context) {
    const { spanId, traceFlags, traceId } = span.spanContext()
    const opening = {
      name: recorder.redactor.name(span.name),
      links: [],
      bag: new AttributeBag(recorder.limits, recorder.redactor),
      parent: parentOf(recorder, span, context),
      isRoot: false,
      start: nanosOf(span.startTime),
      kind: kinds[span.kind] ?? "internal",
      context: Context.empty()
    }
    super(recorder, opening, traceId, spanId, (traceFlags & OtelApi.TraceFlags.SAMPLED) !== 0)
    this.otelContext = new LoneSpanContext(span, context)
  }

  /** Leaves an event out of the record, because another record contains it. */
  ignoreEvent(name: string, time: OtelApi.HrTime): void {
    this.ignored.add(eventKey(name, time))
  }

  /** Ends the record with the data of the SDK's span. */
  finish(span: ReadableSpan): void {
    this.bag.setAll(span.attributes)
    if (this.kind !== "internal") {
      this.bag.setDefault("span.kind", this.kind)
    }
    if (span.droppedAttributesCount > 0) {
      this.bag.set(ownNames.droppedAttributes, span.droppedAttributesCount)
    }
    for (const { attributes, name, time } of span.events) {
      if (!this.ignored.has(eventKey(name, time))) {
        this.event(name, nanosOf(time), attributes)
      }
    }
    this.addLinks(
      span.links.map(({ attributes = {}, context }) => ({ _tag: "SpanLink", span: external(context), attributes }))
    )
    // Sink exceptions are not raised here: they have been logged.
    this.recorder.end(this, nanosOf(span.endTime), exitOf(span))
  }
}

/** Records an SDK's span from its start. */
export const adopt = (recorder: Recorder, span: Span, context: OtelApi.Context): AdoptedSpan => {
  const adopted = new AdoptedSpan(recorder, span, context)
  adopted.bag.setAll(span.attributes)
  const known = adoptedBy.get(recorder) ?? new WeakMap<OtelApi.Span, AdoptedSpan>()
  adoptedBy.set(recorder, known.set(span, adopted))
  recorder.announce(adopted)
  return adopted
}

const textOf = (value: unknown): string | undefined => typeof value === "string" && value !== "" ? value : undefined

/** The error of a failed span: its last exception, otherwise its status, otherwise `error.type` (semantic conventions 1.41.1). */
const errorOf = ({ attributes, events, status }: ReadableSpan): unknown => {
  const exception = events.findLast(({ name }) => name === "exception")?.attributes
  const message = textOf(exception?.["exception.message"]) ?? textOf(status.message)
  const type = textOf(exception?.["exception.type"])
  return type === undefined
    ? message ?? textOf(attributes["error.type"]) ?? "Error"
    : Object.assign(new Error(message), { name: type })
}

const exitOf = (span: ReadableSpan): Exit.Exit<void, unknown> =>
  span.status.code === OtelApi.SpanStatusCode.ERROR ? Exit.fail(errorOf(span)) : Exit.void
