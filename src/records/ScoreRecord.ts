/**
 * A score judges a span or a whole trace: with a number, a label, or both. It may be given long after the span or trace has ended.
 */
import type { Attributes } from "./attributes.js"

/** Who judged: a rule in code, a model, or a person. */
export type ScoreSource = "code" | "model" | "human"

/** Every source. */
export const scoreSources: ReadonlyArray<ScoreSource> = ["code", "model", "human"]

/** Whether a value is one of the sources. */
export const isScoreSource = (value: unknown): value is ScoreSource =>
  (scoreSources as ReadonlyArray<unknown>).includes(value)

/** One score. Deep-frozen. */
export interface ScoreRecord {
  /** What is judged, such as `correctness`; never empty. */
  readonly name: string
  /** Finite; `null` if the score has only a label. */
  readonly value: number | null
  /** Such as `pass`; `null` if the score has only a value. */
  readonly label: string | null
  /** The reason; `null` if none was given. */
  readonly explanation: string | null
  /** Who judged. */
  readonly source: ScoreSource
  /** The judged trace, or the trace of the judged span: 32 lower-case hexadecimal digits. */
  readonly traceId: string
  /** The judged span: 16 lower-case hexadecimal digits. `null` for the whole trace. */
  readonly spanId: string | null
  /** Normalised and frozen; see `Attributes`. */
  readonly attributes: Attributes
  /** Wall-clock time, from the fiber's Clock. */
  readonly scoredAt: Date
}

/** A score as you pass it: a value, a label, or both. */
export interface ScoreInput<A> {
  /** A finite number. */
  readonly value?: number | null | undefined
  /** A non-empty string, such as `pass`. */
  readonly label?: string | null | undefined
  /** The reason, in words. Subject to the limits of one attribute value. */
  readonly explanation?: string | null | undefined
  /** Who judged. Default `"code"`. */
  readonly source?: ScoreSource | undefined
  /** Anything else about the score. */
  readonly attributes?: A | undefined
}

/** What is judged. */
export interface ScoreTarget {
  /** 32 lower-case hexadecimal digits, not all zero. */
  readonly traceId: string
  /** 16 lower-case hexadecimal digits, not all zero. Default: the whole trace. */
  readonly spanId?: string | null | undefined
}

const isAbsent = (value: unknown): value is null | undefined => value === null || value === undefined

const isAbsentOrText = (value: unknown): boolean => isAbsent(value) || typeof value === "string"

/** Why a score is invalid; `undefined` if it is valid. */
export const invalidScore = (name: unknown, { explanation, label, source, value }: ScoreInput<unknown>) =>
  typeof name !== "string" || name === ""
    ? "the score has no name"
    : !isAbsent(value) && !(typeof value === "number" && Number.isFinite(value))
    ? "the value is not a finite number"
    : !isAbsentOrText(label) || label === ""
    ? "the label is not a string, or is empty"
    : isAbsent(value) && isAbsent(label)
    ? "it has neither a value nor a label"
    : !isAbsentOrText(explanation)
    ? "the explanation is not a string"
    : source !== undefined && !isScoreSource(source)
    ? "the source is not one of code, model, human"
    : undefined

const traceIdPattern = /^(?!0{32})[0-9a-f]{32}$/
const spanIdPattern = /^(?!0{16})[0-9a-f]{16}$/

/** Why a target is invalid; `undefined` if it is valid. */
export const invalidTarget = ({ spanId, traceId }: ScoreTarget): string | undefined =>
  typeof traceId !== "string" || !traceIdPattern.test(traceId)
    ? "the trace id is not 32 lower-case hexadecimal digits"
    : !isAbsent(spanId) && (typeof spanId !== "string" || !spanIdPattern.test(spanId))
    ? "the span id is not 16 lower-case hexadecimal digits"
    : undefined
