/**
 * A finished span as OpenTelemetry says it: kind, status, attributes and events. The sink, the export and the replay all send this.
 *
 * Success leaves the status unset. Failure sets it to error, with one `exception` event. Interruption is neither: it stands in an attribute of its own.
 */
import type { Attributes } from "../records/attributes.js"
import type { EventData, SpanData } from "../records/SpanData.js"
import { roleOf } from "../records/vocabulary.js"
import { errorType, exceptionParts, textOf } from "./Dialect.js"
import { type DialectName, project, recordedBeside } from "./project.js"

/** Whose run a span belongs to, even if the span itself does not say so. */
export interface Owner {
  readonly sessionId: string | undefined
  readonly userId: string | undefined
}

/** What a span says about its owner, completed by what is known otherwise. */
export const ownerOf = ({ attributes }: Pick<SpanData, "attributes">, otherwise?: Owner): Owner => ({
  sessionId: textOf(attributes, "session_id") ?? otherwise?.sessionId,
  userId: textOf(attributes, "user_id") ?? otherwise?.userId
})

/** Whether spans of this name are calls that leave the process (GenAI semantic conventions 1.41.1: a model call has kind client). */
export const isClientSpan = (name: string): boolean => roleOf(name) === "model"

/** A span in the words of OpenTelemetry. */
export interface ProjectedSpan {
  /** The status, and what the dialects say. These go first: limits cut the last attributes. */
  readonly said: Attributes
  /** The attributes as they were recorded. */
  readonly recorded: Attributes
  /** Set if the status is an error. */
  readonly error: { readonly message: string | undefined } | undefined
  /** In order; the exception is the last. */
  readonly events: ReadonlyArray<EventData>
}

/** Says what a span is in these dialects. */
export const projectSpan = (span: SpanData, owner: Owner, dialects: ReadonlyArray<DialectName>): ProjectedSpan => {
  const { attributes, exception, name, outcome, start } = span
  const { sessionId, userId } = ownerOf(span, owner)
  const said = project({ name, attributes, outcome, exception, start, sessionId, userId }, dialects)
  return {
    said,
    recorded: recordedBeside(attributes, said),
    error: errorType(span) === undefined ? undefined : { message: exception ?? textOf(attributes, "error") },
    events: eventsOf(span)
  }
}

const noEvents: ReadonlyArray<EventData> = []

const eventsOf = ({ end, events = noEvents, exception }: SpanData): ReadonlyArray<EventData> => {
  if (exception === null) {
    return events
  }
  const { message, type } = exceptionParts(exception)
  const attributes = { "exception.type": type, "exception.message": message }
  return [...events, { name: "exception", time: end, attributes }]
}
