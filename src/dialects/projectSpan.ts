/**
 * A finished span in OpenTelemetry's terms: kind, status, attributes and events. The sink, `export` and `replay` all send this.
 *
 * Success leaves the status unset. Failure sets it to error and adds one `exception` event. Interruption does neither; it has its own attribute.
 */
import type { Attributes } from "../records/attributes.js"
import { exceptionParts } from "../records/exceptionText.js"
import type { EventData, SpanData } from "../records/SpanData.js"
import { roleOf } from "../records/vocabulary.js"
import { errorType, textOf } from "./Dialect.js"
import { type Names, project, withoutClashes } from "./project.js"

/** The session and user that a span belongs to. */
export interface Owner {
  readonly sessionId: string | undefined
  readonly userId: string | undefined
}

/** The owner in the span's own attributes; otherwise the given one. */
export const ownerOf = ({ attributes }: Pick<SpanData, "attributes">, known?: Owner): Owner => ({
  sessionId: textOf(attributes, "session_id") ?? known?.sessionId,
  userId: textOf(attributes, "user_id") ?? known?.userId
})

/** Whether spans with this name have the kind client, as model calls do (GenAI semantic conventions 1.41.1). */
export const isClientSpan = (name: string): boolean => roleOf(name) === "model"

export interface ProjectedSpan {
  /** The attributes that the dialects add. They go first, because limits cut the last attributes. */
  readonly added: Attributes
  readonly recorded: Attributes
  /** Set if the status is an error. */
  readonly error: { readonly message: string | undefined } | undefined
  /** In order, the exception last. */
  readonly events: ReadonlyArray<EventData>
}

export const projectSpan = (
  span: SpanData,
  owner: Owner,
  names: Names,
  error = errorType(span)
): ProjectedSpan => {
  const { attributes, exception, name, outcome, start } = span
  const { sessionId, userId } = ownerOf(span, owner)
  const added = project({ name, attributes, outcome, start, errorType: error, sessionId, userId }, names)
  return {
    added,
    recorded: withoutClashes(attributes, added),
    error: error === undefined ? undefined : { message: exception ?? textOf(attributes, "error") },
    events: eventsOf(span)
  }
}

const noEvents: ReadonlyArray<EventData> = []

const eventsOf = ({ end, events = noEvents, exception }: SpanData): ReadonlyArray<EventData> => {
  if (exception === null) {
    return events
  }
  const { chain, message, type } = exceptionParts(exception)
  const attributes = {
    "exception.type": type,
    ...(message !== undefined && { "exception.message": message }),
    // Records have no stack traces, so this holds the causes.
    ...(chain !== undefined && { "exception.stacktrace": chain })
  }
  return [...events, { name: "exception", time: end, attributes }]
}
