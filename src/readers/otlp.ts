/**
 * Reads OTLP/JSON: a request, or a line of a Collector's file exporter, holds any number of spans, each with the attributes of its resource and
 * scope.
 *
 * Follows the JSON mapping of opentelemetry-proto 1.x: ids as hexadecimal text, times and integers as decimal text, names in camelCase or as in the proto
 * files. A span's attribute takes precedence over its resource's. Metrics are not read; of logs, only scores are, by `otlpScores`.
 */
import { withoutProjection } from "../dialects/unproject.js"
import type { Attributes } from "../records/attributes.js"
import { elapsedMs } from "../records/instants.js"
import type { EventData } from "../records/SpanData.js"
import type { Outcome, SpanLink } from "../records/SpanRecord.js"
import { ownNames } from "../records/vocabulary.js"
import type { DecodedSpan } from "../records/wire/span.js"
import { ownScope, unknownService } from "./otlpMetrics.js"
import { attributesOf, idOf, isObject, type Json, listOf, nanosOf, part, textOf } from "./otlpValues.js"

/** Whether a parsed value is an OTLP request, of any signal. */
export const isOtlp = (value: unknown): value is Json =>
  isObject(value) &&
  [["resourceSpans", "resource_spans"], ["resourceMetrics", "resource_metrics"], ["resourceLogs", "resource_logs"]]
    .some(([camel, snake]) => Array.isArray(part(value, camel!, snake!)))

/** The spans of a request, in its order; for a span that cannot be read, a string with the problem. `line` is where the request starts. */
export const otlpSpans = function*(request: Json, line: number): Generator<DecodedSpan | string> {
  for (const resourceSpans of listOf(part(request, "resourceSpans", "resource_spans"))) {
    const resource = resourceOf(resourceSpans["resource"])
    for (const scopeSpans of scopesOf(resourceSpans)) {
      const scope = [scopeSpans["scope"], scopeSpans["instrumentationLibrary"]].find(isObject) ?? {}
      const isOwn = textOf(scope["name"]) === ownScope
      const around = isOwn ? resource : { ...resource, ...scopeAttributes(scope) }
      const spans = listOf(scopeSpans["spans"]).map((span) => spanOf(span, around, isOwn, line))
      yield* isOwn ? withoutInherited(spans) : spans
    }
  }
}

/** The spans of each scope; before version 0.15 of the protocol a scope was called an instrumentation library. */
const scopesOf = (resourceSpans: Json): ReadonlyArray<Json> => [
  ...listOf(part(resourceSpans, "scopeSpans", "scope_spans")),
  ...listOf(resourceSpans["instrumentationLibrarySpans"])
]

/** The attributes of a resource, without the placeholder for a missing service name. */
const resourceOf = (resource: unknown): Attributes => {
  const { "service.name": service, ...others } = attributesOf(isObject(resource) ? resource["attributes"] : [])
  return service === undefined || service === unknownService ? others : { "service.name": service, ...others }
}

const scopeAttributes = (scope: Json): Attributes => ({
  ...attributesOf(scope["attributes"]),
  ...(textOf(scope["name"]) !== "" && { "otel.scope.name": textOf(scope["name"]) }),
  ...(textOf(scope["version"]) !== "" && { "otel.scope.version": textOf(scope["version"]) })
})

const spanOf = (span: Json, around: Attributes, isOwn: boolean, line: number): DecodedSpan | string => {
  const traceId = idOf(part(span, "traceId", "trace_id"), 32)
  const spanId = idOf(part(span, "spanId", "span_id"), 16)
  const start = nanosOf(part(span, "startTimeUnixNano", "start_time_unix_nano"))
  const end = nanosOf(part(span, "endTimeUnixNano", "end_time_unix_nano"))
  if (traceId === undefined || spanId === undefined) {
    return "a span of the OTLP request has no valid id"
  }
  if (start === undefined || end === undefined) {
    return "a span of the OTLP request has no valid start and end"
  }
  const name = textOf(span["name"])
  const given = attributesOf(span["attributes"])
  const status = isObject(span["status"]) ? span["status"] : {}
  const outcome = outcomeOf(status["code"], given)
  const events = listOf(span["events"]).map(eventOf)
  const last = outcome === "failure" ? events.findLastIndex((event) => event.name === "exception") : -1
  const message = textOf(status["message"])
  const exception = outcome !== "failure" ? null : exceptionOf(events[last], message, given, isOwn)
  const others = events.filter((_, index) => index !== last)
  const links = listOf(span["links"]).flatMap(linkOf)
  const recorded = isOwn ? withoutProjection({ name, attributes: given, outcome, exception, start }) : given
  return {
    name,
    traceId,
    spanId,
    parentSpanId: idOf(part(span, "parentSpanId", "parent_span_id"), 16) ?? null,
    start,
    end: end < start ? start : end,
    durationMs: elapsedMs(start, end),
    sequence: line,
    attributes: Object.freeze({ ...around, ...recorded }),
    outcome,
    exception,
    events: others.length === 0 ? undefined : others,
    links: links.length === 0 ? undefined : Object.freeze(links)
  }
}

const ownerKeys = [["session.id", "session_id"], ["user.id", "user_id"]] as const

/** Removes the session and user that the export copied from an ancestor to spans of other libraries. */
const withoutInherited = (spans: ReadonlyArray<DecodedSpan | string>): ReadonlyArray<DecodedSpan | string> => {
  const known = new Set<string>()
  const placeOf = (span: DecodedSpan, key: string, value: unknown): string => `${span.traceId} ${key} ${String(value)}`
  for (const span of spans) {
    if (typeof span !== "string") {
      ownerKeys.forEach(([, key]) => known.add(placeOf(span, key, span.attributes[key])))
    }
  }
  return spans.map((span) => {
    const inherited = typeof span === "string" ?
      [] :
      ownerKeys.filter(([added, key]) =>
        span.attributes[added] !== undefined && known.has(placeOf(span, key, span.attributes[added]))
      )
    if (typeof span === "string" || inherited.length === 0) {
      return span
    }
    const attributes = { ...span.attributes }
    inherited.forEach(([added]) => delete attributes[added])
    return { ...span, attributes: Object.freeze(attributes) }
  })
}

const outcomeOf = (code: unknown, attributes: Attributes): Outcome =>
  code === 2 || code === "STATUS_CODE_ERROR"
    ? "failure"
    : attributes[ownNames.outcome] === "interrupted"
    ? "interrupted"
    : "success"

/** `Name: message` of the error that ended the span. Spans of this package have the whole text as their status message. */
const exceptionOf = (event: EventData | undefined, status: string, span: Attributes, isOwn: boolean): string | null => {
  if (event === undefined) {
    const type = textOf(span["error.type"])
    return isOwn ? null : status !== "" ? status : type === "" ? null : type
  }
  const { "exception.message": message, "exception.type": type } = event.attributes
  const [name, text] = [textOf(type), textOf(message)]
  return isOwn && status !== "" ? status : name === "" ? text : text === "" ? name : `${name}: ${text}`
}

const eventOf = (event: Json): EventData =>
  Object.freeze({
    name: textOf(event["name"]),
    time: nanosOf(part(event, "timeUnixNano", "time_unix_nano")) ?? BigInt(0),
    attributes: Object.freeze(attributesOf(event["attributes"]))
  })

const linkOf = (link: Json): ReadonlyArray<SpanLink> => {
  const traceId = idOf(part(link, "traceId", "trace_id"), 32)
  const spanId = idOf(part(link, "spanId", "span_id"), 16)
  return traceId === undefined || spanId === undefined
    ? []
    : [Object.freeze({ traceId, spanId, attributes: Object.freeze(attributesOf(link["attributes"])) })]
}
