/**
 * A record put onto the SDK's span that was made for it, and the span ended.
 *
 * Success leaves the status unset. Failure sets it to error, with one `exception` event. Interruption is neither: it is said in `loom.outcome`.
 */
import * as OtelApi from "@opentelemetry/api"
import type * as Tracer from "effect/Tracer"
import { type DialectSpan, errorType, exceptionParts } from "../../dialects/Dialect.js"
import { type DialectName, project, recordedBeside } from "../../dialects/project.js"
import type { Attributes } from "../../records/attributes.js"
import type { SpanData } from "../../records/SpanData.js"
import { ownNames } from "../../records/vocabulary.js"
import { loomSpanOf } from "../../telemetry/tracing/LoomSpan.js"
import { type OtelLoomSpan, spanContextOf } from "./OtelLoomSpan.js"
import { hrTime, otelAttributes, otelValue } from "./values.js"

/** Ends the SDK's span with what was recorded. */
export const finishSpan = (open: OtelLoomSpan, data: SpanData, dialects: ReadonlyArray<DialectName>): void => {
  const { span } = open
  if (span.isRecording()) {
    const seen = dialectSpan(open, data)
    // What backends cannot do without goes first: the SDK drops attributes above its limit, 128 by default.
    setOutcome(span, seen)
    const said = project(seen, dialects)
    putOn(span, said)
    putOn(span, recordedBeside(data.attributes, said))
    addEvents(span, data)
    addException(span, data)
  }
  if (data.parentSpanId !== open.parentSpanId) {
    hangBelow(span, ancestorOf(open, data.parentSpanId))
  }
  span.end(hrTime(data.end))
}

/** What spans of the SDK (2.x) have; it is read when they are exported. */
interface Hanging {
  parentSpanContext?: OtelApi.SpanContext | undefined
}

const isHanging = (span: object): span is Hanging => "parentSpanContext" in span

// A filter left out the parent that the SDK was given.
const hangBelow = (span: OtelApi.Span, ancestor: Tracer.AnySpan | undefined): void => {
  if (isHanging(span)) {
    span.parentSpanContext = ancestor && spanContextOf(ancestor)
  }
}

const ancestorOf = (open: OtelLoomSpan, spanId: string | null): Tracer.AnySpan | undefined => {
  let current: Tracer.AnySpan | undefined = open.parentSpan
  while (current !== undefined && current.spanId !== spanId) {
    current = loomSpanOf(current)?.parentSpan
  }
  return current
}

// One by one: the SDK takes an object apart again.
const putOn = (span: OtelApi.Span, attributes: Attributes): void => {
  for (const key of Object.keys(attributes)) {
    span.setAttribute(key, otelValue(attributes[key]!))
  }
}

const text = (value: unknown): string | undefined => typeof value === "string" ? value : undefined

const dialectSpan = (open: OtelLoomSpan, data: SpanData): DialectSpan => ({
  name: data.name,
  attributes: data.attributes,
  outcome: data.outcome,
  exception: data.exception,
  start: data.start,
  sessionId: text(data.attributes["session_id"]) ?? open.runSession,
  userId: text(data.attributes["user_id"]) ?? open.runUser
})

const addEvents = (span: OtelApi.Span, data: SpanData): void => {
  for (const event of data.events ?? []) {
    span.addEvent(event.name, otelAttributes(event.attributes), hrTime(event.time))
  }
  for (const { attributes, spanId, traceId } of data.links ?? []) {
    span.addLink({
      context: { traceId, spanId, traceFlags: OtelApi.TraceFlags.SAMPLED },
      attributes: otelAttributes(attributes)
    })
  }
}

const setOutcome = (span: OtelApi.Span, seen: DialectSpan): void => {
  if (seen.outcome === "interrupted") {
    span.setAttribute(ownNames.outcome, "interrupted")
  }
  const type = errorType(seen)
  if (type !== undefined) {
    span.setAttribute("error.type", type)
    const message = seen.exception ?? text(seen.attributes["error"])
    span.setStatus({ code: OtelApi.SpanStatusCode.ERROR, ...(message !== undefined && { message }) })
  }
}

// After the other events: above its limit the SDK drops the oldest.
const addException = (span: OtelApi.Span, { end, exception }: SpanData): void => {
  if (exception !== null) {
    const { message, type } = exceptionParts(exception)
    span.addEvent("exception", { "exception.type": type, "exception.message": message }, hrTime(end))
  }
}
