/**
 * Makes spans that an exporter takes from a line of OTLP/JSON, as the SDK's serializer wrote it (opentelemetry-proto v1.9, `trace.proto`).
 */
import type * as OtelApi from "@opentelemetry/api"
import { createTraceState } from "@opentelemetry/api"
import { resourceFromAttributes } from "@opentelemetry/resources"
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base"
import { hrTime } from "../../spans/values.js"

type Json = { readonly [key: string]: unknown }

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const objectAt = (json: Json, key: string): Json => isObject(json[key]) ? json[key] : {}

const listAt = (json: Json, key: string): ReadonlyArray<Json> => {
  const list = json[key]
  return Array.isArray(list) ? list.filter(isObject) : []
}

const textAt = (json: Json, key: string): string => typeof json[key] === "string" ? json[key] : ""

const countAt = (json: Json, key: string): number => Number(json[key] ?? 0)

const timeAt = (json: Json, key: string): OtelApi.HrTime => hrTime(BigInt(String(json[key] ?? 0)))

const valueOf = (value: Json): unknown =>
  "stringValue" in value
    ? value["stringValue"]
    : "boolValue" in value
    ? value["boolValue"]
    : "intValue" in value
    ? Number(value["intValue"])
    : "doubleValue" in value
    ? Number(value["doubleValue"])
    : "arrayValue" in value
    ? listAt(objectAt(value, "arrayValue"), "values").map(valueOf)
    : undefined

const attributesOf = (json: Json): OtelApi.Attributes =>
  Object.fromEntries(
    listAt(json, "attributes").map((each) => [textAt(each, "key"), valueOf(objectAt(each, "value"))])
  ) as OtelApi.Attributes

const contextOf = (json: Json): OtelApi.SpanContext => {
  const traceState = textAt(json, "traceState")
  return {
    traceId: textAt(json, "traceId"),
    spanId: textAt(json, "spanId"),
    traceFlags: countAt(json, "flags") & 255,
    ...(traceState !== "" && { traceState: createTraceState(traceState) })
  }
}

/** Flag of `trace.proto`: the parent is in another process. */
const isRemoteParent = 0x200

const parentOf = (span: Json, { traceId }: OtelApi.SpanContext): OtelApi.SpanContext | undefined => {
  const spanId = textAt(span, "parentSpanId")
  return spanId === ""
    ? undefined
    : { traceId, spanId, traceFlags: 1, isRemote: (countAt(span, "flags") & isRemoteParent) !== 0 }
}

type Around = Pick<ReadableSpan, "resource" | "instrumentationScope">

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

const spansIn = (request: Json): Array<ReadableSpan> =>
  listAt(request, "resourceSpans").flatMap((ofResource) => {
    const resource = resourceFromAttributes(attributesOf(objectAt(ofResource, "resource")))
    return listAt(ofResource, "scopeSpans").flatMap((ofScope) => {
      const scope = objectAt(ofScope, "scope")
      const instrumentationScope = { name: textAt(scope, "name"), version: textAt(scope, "version") }
      return listAt(ofScope, "spans").map((span) => spanOf(span, { resource, instrumentationScope }))
    })
  })

/** The spans in a line; `undefined` if it holds none. */
export const revive = (line: string): Array<ReadableSpan> | undefined => {
  try {
    const request: unknown = JSON.parse(line)
    const spans = isObject(request) ? spansIn(request) : []
    return spans.length === 0 ? undefined : spans
  } catch {
    return undefined
  }
}
