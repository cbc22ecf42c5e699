/**
 * A record put onto the SDK's span that was made for it, and the span ended.
 */
import * as OtelApi from "@opentelemetry/api"
import type * as Tracer from "effect/Tracer"
import type { DialectName } from "../../dialects/project.js"
import { projectSpan } from "../../dialects/projectSpan.js"
import type { Attributes } from "../../records/attributes.js"
import type { SpanData } from "../../records/SpanData.js"
import { loomSpanOf } from "../../telemetry/tracing/LoomSpan.js"
import { type OtelLoomSpan, spanContextOf } from "./OtelLoomSpan.js"
import { hrTime, otelAttributes, otelValue } from "./values.js"

/** Ends the SDK's span with what was recorded. */
export const finishSpan = (open: OtelLoomSpan, data: SpanData, dialects: ReadonlyArray<DialectName>): void => {
  const { span } = open
  if (span.isRecording()) {
    const { error, events, recorded, said } = projectSpan(data, open, dialects)
    putOn(span, said)
    putOn(span, recorded)
    if (error !== undefined) {
      const { message } = error
      span.setStatus({ code: OtelApi.SpanStatusCode.ERROR, ...(message !== undefined && { message }) })
    }
    // The exception is the last event: above its limit the SDK drops the oldest.
    for (const { attributes, name, time } of events) {
      span.addEvent(name, otelAttributes(attributes), hrTime(time))
    }
    addLinks(span, data)
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

const addLinks = (span: OtelApi.Span, { links = [] }: SpanData): void => {
  for (const { attributes, spanId, traceId } of links) {
    span.addLink({
      context: { traceId, spanId, traceFlags: OtelApi.TraceFlags.SAMPLED },
      attributes: otelAttributes(attributes)
    })
  }
}
