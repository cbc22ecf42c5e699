/**
 * Encodes and decodes scores.
 */
import { isoFromNanos } from "../instants.js"
import type { ScoreData } from "../ScoreData.js"
import { isScoreSource, type ScoreSource } from "../ScoreRecord.js"
import { attributes, type Fields, finite, Flaw, instant, nullableString, string } from "./fields.js"
import { attributesJson, textJson } from "./json.js"

const nullableText = (text: string | null): string => text === null ? "null" : textJson(text)

/** Encodes a score as a line. */
export const encodeScore = (score: ScoreData): string =>
  `{"kind":"score","name":${textJson(score.name)},"value":${score.value},"label":${
    nullableText(score.label)
  },"explanation":${nullableText(score.explanation)},"source":"${score.source}","trace_id":${
    textJson(score.traceId)
  },"span_id":${nullableText(score.spanId)},"attributes":${attributesJson(score.attributes)},"scored_at":"${
    isoFromNanos(score.time)
  }"}`

/** Decodes a score from the fields of a line. */
export const decodeScore = (fields: Fields): ScoreData => {
  const value = fields["value"] === null || fields["value"] === undefined ? null : finite(fields, "value")
  const label = nullableString(fields, "label")
  if (value === null && label === null) {
    throw new Flaw("value", "is missing, and so is `label`")
  }
  return {
    name: string(fields, "name"),
    value,
    label,
    explanation: nullableString(fields, "explanation"),
    source: sourceOf(fields["source"]),
    traceId: string(fields, "trace_id"),
    spanId: nullableString(fields, "span_id"),
    attributes: attributes(fields["attributes"]),
    time: instant(fields, "scored_at")
  }
}

const sourceOf = (value: unknown): ScoreSource => {
  if (!isScoreSource(value)) {
    throw new Flaw("source", "is not one of code, model, human")
  }
  return value
}
