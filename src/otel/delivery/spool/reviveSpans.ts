/**
 * Parses spans for an exporter from a line of OTLP/JSON, as the SDK's serializer wrote it (opentelemetry-proto v1.9, `trace.proto`).
 */
import type * as OtelApi from "@opentelemetry/api"
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base"
import {
  type Around,
  attributesOf,
  contextOf,
  countAt,
  itemsIn,
  type Json,
  listAt,
  objectAt,
  textAt,
  timeAt
} from "./otlpJson.js"

/** Flag of `trace.proto`: the parent is in another process. */
const isRemoteParent = 0x200

const parentOf = (span: Json, { traceId }: OtelApi.SpanContext): OtelApi.SpanContext | undefined => {
  const spanId = textAt(span, "parentSpanId")
  return spanId === ""
    ? undefined
    : { traceId, spanId, traceFlags: 1, isRemote: (countAt(span, "flags") & isRemoteParent) !== 0 }
}

const spanOf = (span: Json, around: Around): ReadableSpan => {
  const context = contextOf(span)
  const status = objectAt(span, "status")
  const message = textAt(status, "message")
  const startTime = timeAt(span, "startTimeUnixNano")
  const endTime = timeAt(span, "endTimeUnixNano")
  return {
    ...around,
    name: textAt(span, "name"),
    // OTLP counts from "unspecified".
    kind: Math.max(0, countAt(span, "kind") - 1),
    spanContext: () => context,
    parentSpanContext: parentOf(span, context),
    startTime,
    endTime,
    duration: [endTime[0] - startTime[0], endTime[1] - startTime[1]],
    ended: true,
    status: { code: countAt(status, "code"), ...(message !== "" && { message }) },
    attributes: attributesOf(span),
    events: listAt(span, "events").map((event) => ({
      name: textAt(event, "name"),
      time: timeAt(event, "timeUnixNano"),
      attributes: attributesOf(event),
      droppedAttributesCount: countAt(event, "droppedAttributesCount")
    })),
    links: listAt(span, "links").map((link) => ({
      context: contextOf(link),
      attributes: attributesOf(link),
      droppedAttributesCount: countAt(link, "droppedAttributesCount")
    })),
    droppedAttributesCount: countAt(span, "droppedAttributesCount"),
    droppedEventsCount: countAt(span, "droppedEventsCount"),
    droppedLinksCount: countAt(span, "droppedLinksCount")
  } as ReadableSpan
}

/** The spans in a line; `undefined` if there are none. */
export const reviveSpans = (line: string): Array<ReadableSpan> | undefined =>
  itemsIn(line, ["resourceSpans", "scopeSpans", "spans"], spanOf)
