/**
 * Copies a finished record to the SDK's span and ends it.
 */
import * as OtelApi from "@opentelemetry/api"
import type * as Tracer from "effect/Tracer"
import type { Names } from "../../dialects/project.js"
import { projectSpan } from "../../dialects/projectSpan.js"
import type { Attributes } from "../../records/attributes.js"
import type { SpanData } from "../../records/SpanData.js"
import { loomSpanOf } from "../../telemetry/tracing/LoomSpan.js"
import type { OtelLoomSpan } from "./OtelLoomSpan.js"
import { spanContextOf } from "./spanContexts.js"
import { hrTime, otelAttributes, otelLink, otelValue } from "./values.js"

/** Ends the SDK's span with the data of the record; `errorType` is that of the record. `shownOf` removes what is not sent on spans. */
export const finishSpan = (
  open: OtelLoomSpan,
  data: SpanData,
  errorType: string | undefined,
  names: Names,
  shownOf: (data: SpanData) => SpanData
): void => {
  const { span } = open
  if (span.isRecording()) {
    const { added, error, events, recorded } = projectSpan(shownOf(data), open, names, errorType)
    const there = open.maker.readsOpening && hasAttributes(span) ? span.attributes : nothing
    setAttributes(span, added, there)
    setAttributes(span, recorded, there)
    if (recorded !== data.attributes) {
      removeAttributes(span, Object.keys(data.attributes).filter((key) => !Object.hasOwn(recorded, key)))
    }
    if (error !== undefined) {
      const { message } = error
      span.setStatus({ code: OtelApi.SpanStatusCode.ERROR, ...(message !== undefined && { message }) })
    }
    // The exception is the last event, because beyond its limit the SDK drops the oldest ones.
    for (const { attributes, name, time } of events) {
      span.addEvent(name, otelAttributes(attributes), hrTime(time))
    }
    addLinks(open, data)
  }
  if (data.parentSpanId !== open.parentSpanId) {
    setParent(span, ancestorOf(open, data.parentSpanId))
  }
  span.end(hrTime(data.end))
}

/** A field of the SDK's spans (2.x) that is read on export. */
interface WithParent {
  parentSpanContext?: OtelApi.SpanContext | undefined
}

const hasParentField = (span: object): span is WithParent => "parentSpanContext" in span

/** Replaces the parent, for spans whose own parent was filtered out. */
const setParent = (span: OtelApi.Span, ancestor: Tracer.AnySpan | undefined): void => {
  if (hasParentField(span)) {
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

/** A field of the SDK's spans (2.x). */
interface WithAttributes {
  readonly attributes: Record<string, unknown>
}

const hasAttributes = (span: object): span is WithAttributes =>
  "attributes" in span && typeof span.attributes === "object" && span.attributes !== null

const nothing: Readonly<Record<string, unknown>> = {}

// One by one, because the SDK would only iterate over an object again. Most of what the span was opened with is already set.
const setAttributes = (span: OtelApi.Span, attributes: Attributes, there: Readonly<Record<string, unknown>>): void => {
  for (const key of Object.keys(attributes)) {
    const value = attributes[key]!
    if (there[key] !== value) {
      span.setAttribute(key, otelValue(value))
    }
  }
}

// Removes attributes that the span was opened with and that the dialects rename.
const removeAttributes = (span: OtelApi.Span, keys: ReadonlyArray<string>): void => {
  if (hasAttributes(span)) {
    for (const key of keys) {
      delete span.attributes[key]
    }
  }
}

// The links that it opened with are already set.
const addLinks = ({ maker: { readsOpening }, openedLinks, span }: OtelLoomSpan, { links = [] }: SpanData): void => {
  for (const link of readsOpening ? links.slice(openedLinks) : links) {
    span.addLink(otelLink(link))
  }
}
