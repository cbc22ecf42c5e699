/**
 * Creates log records from the content of model calls, from late scores and, on request, from log messages inside spans.
 *
 * All of it comes from our records, so it is redacted and bounded. Content and messages are sent when their span ends.
 */
import { evaluationAttributes, evaluationEvent } from "../../dialects/genai/evaluation.js"
import { type Names, project } from "../../dialects/project.js"
import { type Owner, ownerOf } from "../../dialects/projectSpan.js"
import type { Attributes } from "../../records/attributes.js"
import type { ScoreData } from "../../records/ScoreData.js"
import type { EventData, SpanData } from "../../records/SpanData.js"
import { type AttributeKey, roleOf, type SpanRole } from "../../records/vocabulary.js"
import { otelAttributes } from "../spans/values.js"
import { type LogData, severity } from "./LogRecord.js"

/** The values of `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`. */
export const contentCaptures = ["NO_CONTENT", "SPAN_ONLY", "EVENT_ONLY", "SPAN_AND_EVENT"] as const

/** Where content is sent: nowhere, as span attributes, as log records (events), or both. */
export type ContentCapture = (typeof contentCaptures)[number]

/** The event of the conventions that carries content (`model/gen-ai/events.yaml`, versions 1.41.1 and 0.1). */
const detailsEvent = "gen_ai.client.inference.operation.details"

const contentKeys: { readonly [Role in SpanRole]?: ReadonlyArray<AttributeKey> } = {
  run: ["input", "output"],
  model: ["system_instructions", "input_messages", "output_messages"],
  tool: ["arguments", "result"]
}

/** The span without content, for a sink that sends content as events only. */
export const withoutContent = (span: SpanData): SpanData => {
  const role = roleOf(span.name)
  const keys: ReadonlyArray<string> = role === undefined ? [] : contentKeys[role] ?? []
  return keys.some((key) => Object.hasOwn(span.attributes, key))
    ? {
      ...span,
      attributes: Object.fromEntries(Object.entries(span.attributes).filter(([key]) => !keys.includes(key)))
    }
    : span
}

/** The content of a model call as an event; `undefined` if none was recorded. */
export const contentEvent = (
  span: SpanData,
  known: Owner,
  errorType: string | undefined,
  names: Names
): LogData | undefined => {
  const { attributes, end, name, outcome, spanId, start, traceId } = span
  if (roleOf(name) !== "model" || !contentKeys.model!.some((key) => Object.hasOwn(attributes, key))) {
    return undefined
  }
  const { sessionId, userId } = ownerOf(span, known)
  return {
    eventName: detailsEvent,
    time: end,
    severityNumber: severity.debug,
    severityText: undefined,
    body: undefined,
    attributes: otelAttributes(project({ name, attributes, outcome, start, errorType, sessionId, userId }, names)),
    traceId,
    spanId
  }
}

/** A score whose span is not open. */
export const scoreEvent = (score: ScoreData): LogData => ({
  eventName: evaluationEvent,
  time: score.time,
  severityNumber: severity.info,
  severityText: undefined,
  body: undefined,
  attributes: otelAttributes(evaluationAttributes(score)),
  traceId: score.traceId,
  spanId: score.spanId
})

/** Severities by the names of Effect's log levels. */
const levels: { readonly [label: string]: number } = {
  TRACE: severity.trace,
  DEBUG: severity.debug,
  INFO: severity.info,
  WARN: severity.warn,
  ERROR: severity.error,
  FATAL: severity.fatal
}

/** Effect's logger adds messages to the current span as events, with their level in this attribute. */
const levelKey = "effect.logLevel"

const levelOf = ({ attributes }: EventData): string | undefined => {
  const level = (attributes as Attributes)[levelKey]
  return typeof level === "string" && Object.hasOwn(levels, level) ? level : undefined
}

/** The messages logged inside a span, in order. */
export const messageLogs = ({ events = [], spanId, traceId }: SpanData): ReadonlyArray<LogData> =>
  events.flatMap((event) => {
    const level = levelOf(event)
    return level === undefined ? [] : [{
      eventName: undefined,
      time: event.time,
      severityNumber: levels[level]!,
      severityText: level,
      body: event.name,
      attributes: otelAttributes(event.attributes),
      traceId,
      spanId
    }]
  })
