/**
 * A finished span in the JSON form of OTLP, as the OpenTelemetry sink would have sent it: dialects beside what was recorded, the outcome as status.
 */
import { type DialectSpan, errorType, exceptionParts } from "../../dialects/Dialect.js"
import { type DialectName, project, recordedBeside } from "../../dialects/project.js"
import type { Attributes } from "../../records/attributes.js"
import type { SpanData } from "../../records/SpanData.js"
import { ownNames, roleOf } from "../../records/vocabulary.js"
import { keyValues } from "./otlpValues.js"

/** Who a span belongs to, also where it does not say so itself. */
export interface Owner {
  readonly sessionId: string | undefined
  readonly userId: string | undefined
}

// SpanKind of opentelemetry-proto.
const internal = 1
const client = 3

// StatusCode of opentelemetry-proto.
const statusError = 2

const text = (value: unknown): string | undefined => typeof value === "string" ? value : undefined

/** What a span says about whom it belongs to. */
export const ownOwner = ({ attributes }: Pick<SpanData, "attributes">): Owner => ({
  sessionId: text(attributes["session_id"]),
  userId: text(attributes["user_id"])
})

/** The span as a value that `JSON.stringify` makes OTLP of. */
export const otlpSpan = (span: SpanData, owner: Owner, dialects: ReadonlyArray<DialectName>): object => {
  const seen = dialectSpan(span, owner)
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId !== null && { parentSpanId: span.parentSpanId }),
    name: span.name,
    kind: roleOf(span.name) === "model" ? client : internal,
    startTimeUnixNano: String(span.start),
    endTimeUnixNano: String(span.end),
    attributes: keyValues(attributesOf(span, seen, dialects)),
    events: [
      ...(span.events ?? []).map(({ attributes, name, time }) => event(name, time, attributes)),
      ...exception(span)
    ],
    links: (span.links ?? []).map(({ attributes, spanId, traceId }) => ({
      traceId,
      spanId,
      attributes: keyValues(attributes)
    })),
    status: statusOf(seen)
  }
}

const dialectSpan = (span: SpanData, owner: Owner): DialectSpan => {
  const own = ownOwner(span)
  return {
    name: span.name,
    attributes: span.attributes,
    outcome: span.outcome,
    exception: span.exception,
    start: span.start,
    sessionId: own.sessionId ?? owner.sessionId,
    userId: own.userId ?? owner.userId
  }
}

const attributesOf = (span: SpanData, seen: DialectSpan, dialects: ReadonlyArray<DialectName>): Attributes => {
  const type = errorType(seen)
  const said = project(seen, dialects)
  return {
    ...(seen.outcome === "interrupted" && { [ownNames.outcome]: "interrupted" }),
    ...(type !== undefined && { "error.type": type }),
    ...said,
    ...recordedBeside(span.attributes, said)
  }
}

const statusOf = (seen: DialectSpan): object => {
  if (errorType(seen) === undefined) {
    return {}
  }
  const message = seen.exception ?? text(seen.attributes["error"])
  return { code: statusError, ...(message !== undefined && { message }) }
}

const event = (name: string, time: bigint, attributes: Attributes): object => ({
  timeUnixNano: String(time),
  name,
  attributes: keyValues(attributes)
})

const exception = ({ end, exception: said }: SpanData): ReadonlyArray<object> => {
  if (said === null) {
    return []
  }
  const { message, type } = exceptionParts(said)
  return [event("exception", end, { "exception.type": type, "exception.message": message })]
}
