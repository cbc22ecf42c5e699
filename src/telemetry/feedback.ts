/**
 * User feedback as scores: thumbs, stars and a comment, by the trace id sent along with the answer.
 *
 * Made for the handler of a web server: the request body may be anything, and an invalid one is a typed error for a 400 response, never a log line.
 * Only the fields of `Feedback` are read. The trap: anyone who knows a trace id can score it, so authenticate first if that matters.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { handled } from "../records/promises.js"
import { invalidTarget, type ScoreTarget } from "../records/ScoreRecord.js"
import { feedbackScores } from "../records/vocabulary.js"
import type { Judgement } from "./input.js"
import { readOnce } from "./judging.js"

/** A person's feedback on a trace: at least one of thumbs, stars and a comment. */
export interface Feedback extends ScoreTarget {
  /** Recorded as `feedback.thumbs`: 1 with the label `up`, or 0 with the label `down`. */
  readonly thumbs?: "up" | "down" | null | undefined
  /** An integer from 1 to 5. Recorded as `feedback.stars`. */
  readonly stars?: number | null | undefined
  /** Recorded as the explanation of the thumbs or the stars; without either as `feedback.comment`. An empty comment is ignored. */
  readonly comment?: string | null | undefined
}

/** Invalid feedback; none of it was recorded. */
export class InvalidFeedback extends Data.TaggedError("InvalidFeedback")<{
  /** What is wrong, as a sentence. Never quotes the feedback. */
  readonly message: string
}> {}

/** One score from a person's feedback. */
export interface FeedbackScore {
  readonly target: ScoreTarget
  readonly name: string
  readonly judgement: Judgement
}

/** The scores of some feedback, or the error if it is invalid. Never throws. */
export const scoresOfFeedback = (given: Feedback): ReadonlyArray<FeedbackScore> | InvalidFeedback => {
  const feedback = readOnce(given, readFeedback)
  const problem = feedback === undefined ? "The feedback cannot be read" : problemOf(feedback)
  return problem === undefined ? scores(feedback!) : new InvalidFeedback({ message: problem })
}

/** Records the scores of some feedback one by one. */
export const giveFeedback = (
  feedback: Feedback,
  record: (score: FeedbackScore) => Effect.Effect<void>
): Effect.Effect<void, InvalidFeedback> =>
  Effect.suspend(() => {
    const all = scoresOfFeedback(feedback)
    return all instanceof InvalidFeedback ? Effect.fail(all) : Effect.forEach(all, record, { discard: true })
  })

// A request body may be missing, or be an object that reads differently each time.
const readFeedback = (given: Feedback): Feedback => {
  const { comment, spanId, stars, thumbs, traceId } = handled(given)
  return {
    traceId: handled(traceId),
    spanId: handled(spanId),
    thumbs: handled(thumbs),
    stars: handled(stars),
    comment: comment === "" ? undefined : handled(comment)
  }
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null

const problemOf = (feedback: Feedback): string | undefined => {
  const { comment, stars, thumbs } = feedback
  const target = invalidTarget(feedback)
  return target !== undefined
    ? `The feedback does not name a trace: ${target}`
    : !isAbsent(thumbs) && thumbs !== "up" && thumbs !== "down"
    ? "`thumbs` is neither \"up\" nor \"down\""
    : !isAbsent(stars) && !(Number.isInteger(stars) && stars! >= 1 && stars! <= 5)
    ? "`stars` is not a whole number from 1 to 5"
    : !isAbsent(comment) && typeof comment !== "string"
    ? "`comment` is not a string"
    : isAbsent(thumbs) && isAbsent(stars) && isAbsent(comment)
    ? "The feedback has neither thumbs nor stars nor a comment"
    : undefined
}

const scores = ({ comment, spanId, stars, thumbs, traceId }: Feedback): ReadonlyArray<FeedbackScore> => {
  const target = { traceId, spanId }
  const judgements: ReadonlyArray<readonly [name: string, judgement: Judgement]> = [
    ...(isAbsent(thumbs)
      ? []
      : [[feedbackScores.thumbs, { value: thumbs === "up" ? 1 : 0, label: thumbs }] as const]),
    ...(isAbsent(stars) ? [] : [[feedbackScores.stars, { value: stars }] as const])
  ]
  const [first, ...others] = judgements.length > 0
    ? judgements
    : [[feedbackScores.comment, { label: "comment" }] as const]
  return [[first![0], { ...first![1], explanation: comment }] as const, ...others].map(([name, judgement]) => ({
    target,
    name,
    judgement: { ...judgement, source: "human" }
  }))
}
