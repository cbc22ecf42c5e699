/**
 * A judgement as it is passed, made safe: read once, checked, without secrets, within the limits.
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

/** A judgement, what it judges, who runs it and when. */
export interface Judging {
  readonly name: string
  readonly judgement: Judgement
  /** Nothing where there is no current span to judge. */
  readonly target: ScoreTarget | undefined
  /** Whether the ids come from the caller. Those of the current span are taken as they are, like those of measurements. */
  readonly isGivenTarget: boolean
  readonly userId: string | undefined
  /** Nanoseconds since the epoch. */
  readonly time: bigint
}

/** Why a judgement is not recorded. */
export class RefusedScore {
  constructor(readonly flaw: string) {}
}

/** The record of a judgement, or why there is none. Never throws. */
export const judged = (rules: Rules, judging: Judging): ScoreData | RefusedScore => {
  const input = readOnce(judging.judgement, readJudgement)
  const target = judging.isGivenTarget ? readOnce(judging.target!, readTarget) : judging.target
  const flaw = flawOf(judging, input, target)
  if (flaw === undefined) {
    return safeScore(rules, judging, input!, target!)
  }
  // They are dropped without a look, and may be promises.
  handled(judging.name)
  handled(judging.judgement)
  handled(input?.attributes)
  return new RefusedScore(flaw)
}

interface Rules {
  readonly limits: AttributeLimits
  readonly redactor: Redactor
}

/** Reads a value from outside a single time: it may be a proxy or have getters that throw, or answer differently the next time. `undefined` if it throws. */
export const readOnce = <A>(given: A, read: (given: A) => A): A | undefined => {
  try {
    return read(given)
  } catch {
    return undefined
  }
}

const readJudgement = (given: Judgement): Judgement => {
  const { attributes, explanation, label, source, then, value } = given as Judgement & { readonly then?: unknown }
  // Whether an object is a promise takes long to tell, and one without `then` is none.
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
    // A rule of the user's that drops the label must not leave a judgement that says nothing.
    label: number === null ? word ?? redacted : word,
    explanation: typeof explanation === "string" ? safeText(rules, "explanation", explanation) : null,
    source: source ?? "code",
    traceId,
    spanId: spanId ?? null,
    attributes: bag.finish(),
    time
  }
}
