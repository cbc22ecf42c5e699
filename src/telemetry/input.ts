/**
 * Attributes and judgements as programs pass them, before they are normalised and redacted.
 */
import type { ScoreInput } from "../records/ScoreRecord.js"

/** Attributes as you pass them: any values, which are normalised before any sink sees them. */
export interface AttributesInput {
  readonly [key: string]: unknown
}

/** Attributes, or a function that returns them; it is not called if nothing records. */
export type LazyAttributes = AttributesInput | (() => AttributesInput)

/** A judgement as you pass it: a value, a label, or both, and its source. */
export type Judgement = ScoreInput<LazyAttributes>
