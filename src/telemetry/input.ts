/**
 * What programs pass: attributes and judgements, before they are read and made safe.
 */
import type { ScoreInput } from "../records/ScoreRecord.js"

/** Attributes as you pass them: any values, normalised before any sink sees them. */
export interface AttributesInput {
  readonly [key: string]: unknown
}

/** Attributes, or a function that makes them; it is not called if nothing records. */
export type LazyAttributes = AttributesInput | (() => AttributesInput)

/** A judgement as you pass it: a value, a label, or both, and who judged. */
export type Judgement = ScoreInput<LazyAttributes>
