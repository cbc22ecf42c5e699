/**
 * Turns a judgement into a score: reads it once, checks it, redacts it and applies the limits.
 */
import type { AttributeLimits } from "../records/attributes.js"
import { handled } from "../records/promises.js"
import type { Redactor } from "../records/redact/Redactor.js"
import type { ScoreData } from "../records/ScoreData.js"
import { invalidScore, invalidTarget, type ScoreTarget } from "../records/ScoreRecord.js"
import { redacted } from "../records/text.js"
import type { Judgement } from "./input.js"
import { AttributeBag } from "./tracing/attributeBag.js"
import { givenAttributes } from "./tracing/givenAttributes.js"

/** A judgement, its target, its user and its time. */
export interface Judging {
  readonly name: string
  readonly judgement: Judgement
  /** `undefined` if there is no current span to score. */
  readonly target: ScoreTarget | undefined
  /** Whether the ids come from the caller. Those of the current span are not checked, as with measurements. */
  readonly isGivenTarget: boolean
  readonly userId: string | undefined
  /** Nanoseconds since the epoch. */
  readonly time: bigint
}

/** The reason why a judgement is not recorded. */
export class RefusedScore {
  constructor(readonly flaw: string) {}
}

/** The score for a judgement, or the reason for its rejection. Never throws. */
export const judged = (rules: Rules, judging: Judging): ScoreData | RefusedScore => {
  const input = readOnce(judging.judgement, readJudgement)
  const target = judging.isGivenTarget ? readOnce(judging.target!, readTarget) : judging.target
  const flaw = flawOf(judging, input, target)
  if (flaw === undefined) {
    return safeScore(rules, judging, input!, target!)
  }
  // They are dropped unread, and may be promises: their rejection must not end the process.
  handled(judging.name)
  handled(judging.judgement)
  handled(input?.attributes)
  return new RefusedScore(flaw)
}

interface Rules {
  readonly limits: AttributeLimits
  readonly redactor: Redactor
}

/** Reads a foreign value only once: it may be a proxy, or have getters that throw or change their result. `undefined` if it throws. */
export const readOnce = <A>(given: A, read: (given: A) => A): A | undefined => {
  try {
    return read(given)
  } catch {
    return undefined
  }
}

const readJudgement = (given: Judgement): Judgement => {
  const { attributes, explanation, label, source, then, value } = given as Judgement & { readonly then?: unknown }
  // Checking for a promise is slow, and an object without `then` is not one.
  if (handled(then) !== undefined) {
    handled(given)
  }
  return {
    value: handled(value),
    label: handled(label),
    explanation: handled(explanation),
    source: handled(source),
    attributes
  }
}

const readTarget = (given: ScoreTarget): ScoreTarget => {
  const { spanId, traceId } = handled(given)
  return { traceId: handled(traceId), spanId: handled(spanId) }
}

const flawOf = (
  { isGivenTarget, judgement, name, target }: Judging,
  input: Judgement | undefined,
  read: ScoreTarget | undefined
): string | undefined => {
  if (input === undefined) {
    return judgement === undefined || judgement === null
      ? "it has neither a value nor a label"
      : "its judgement cannot be read"
  }
  const flaw = invalidScore(name, input)
  return flaw !== undefined
    ? flaw
    : isGivenTarget
    ? (read === undefined ? "its ids cannot be read" : invalidTarget(read))
    : target === undefined
    ? "there is no current span; use Telemetry.scoreOf with the ids of what it judges"
    : undefined
}

const safeText = ({ limits, redactor }: Rules, key: string, text: string): string | null => {
  const safe = redactor.attribute(redactor.ruleOf(key), text, limits, "score")
  return safe === undefined ? null : typeof safe === "string" ? safe : redacted
}

const safeScore = (
  rules: Rules,
  { name, time, userId }: Judging,
  { attributes, explanation, label, source, value }: Judgement,
  { spanId, traceId }: ScoreTarget
): ScoreData => {
  const { limits, redactor } = rules
  const bag = new AttributeBag(limits, redactor, "score")
  const given = attributes === undefined || attributes === null ? undefined : givenAttributes(attributes)
  if (given !== undefined) {
    bag.setAll(given)
  }
  bag.setDefault("user_id", userId)
  const number = value ?? null
  const word = typeof label === "string" ? safeText(rules, "label", label) : null
  return {
    name: redactor.name(name),
    // JSON has no negative zero.
    value: number === null ? null : number + 0,
    // If the user's rule drops the label, a score without a value must not be left empty.
    label: number === null ? word ?? redacted : word,
    explanation: typeof explanation === "string" ? safeText(rules, "explanation", explanation) : null,
    source: source ?? "code",
    traceId,
    spanId: spanId ?? null,
    attributes: bag.finish(),
    time
  }
}
