/**
 * Scores in the GenAI semantic conventions, versions 1.41.1 and 0.1: the event `gen_ai.evaluation.result` in `model/gen-ai/events.yaml`.
 */
import type { Attributes, AttributeValue } from "../../records/attributes.js"
import { setOwn } from "../../records/named.js"
import type { ScoreData } from "../../records/ScoreData.js"
import { isScoreSource } from "../../records/ScoreRecord.js"
import { ownNames } from "../../records/vocabulary.js"

/** The name of the event. */
export const evaluationEvent = "gen_ai.evaluation.result"

/** The attributes of the event. */
const evaluationKeys = {
  name: "gen_ai.evaluation.name",
  value: "gen_ai.evaluation.score.value",
  label: "gen_ai.evaluation.score.label",
  explanation: "gen_ai.evaluation.explanation"
} as const

/** The attributes of a score's event: those of the conventions, who judged, and the score's own, which never replace the others. */
export const evaluationAttributes = (score: ScoreData): Attributes => {
  const { explanation, label, name, source, value } = score
  const out: Record<string, AttributeValue> = {
    [evaluationKeys.name]: name,
    ...(value !== null && { [evaluationKeys.value]: value }),
    ...(label !== null && { [evaluationKeys.label]: label }),
    ...(explanation !== null && { [evaluationKeys.explanation]: explanation }),
    [ownNames.scoreSource]: source
  }
  for (const [key, own] of Object.entries(score.attributes)) {
    if (!Object.hasOwn(out, key)) {
      setOwn(out, key, own)
    }
  }
  return out
}

/** The span and the time of an event. */
type Place = Pick<ScoreData, "traceId" | "spanId" | "time">

/** The score in an event with these attributes; `undefined` if it is not one. The source is `code` if the producer does not state it. */
export const scoreOfEvent = (attributes: Attributes, place: Place): ScoreData | undefined => {
  const { name: nameKey, value: valueKey, label: labelKey, explanation: explanationKey } = evaluationKeys
  const {
    [nameKey]: name,
    [valueKey]: value,
    [labelKey]: label,
    [explanationKey]: explanation,
    [ownNames.scoreSource]: source,
    ...own
  } = attributes
  const number = typeof value === "number" && Number.isFinite(value) ? value : null
  const word = typeof label === "string" && label !== "" ? label : null
  return typeof name !== "string" || name === "" || (number === null && word === null) ? undefined : {
    name,
    value: number,
    label: word,
    explanation: typeof explanation === "string" ? explanation : null,
    source: isScoreSource(source) ? source : "code",
    ...place,
    attributes: Object.freeze(own)
  }
}
