/**
 * What a benchmark measures: one case in one process, a batch of operations at a time.
 */

/** One thing to measure. Everything that has to be built is built before it is returned. */
export interface Case {
  /** Does `ops` operations; what it gives back is consumed, so that nothing is optimised away. */
  readonly batch: () => unknown
  /** Operations in a batch, ≥ 1. */
  readonly ops: number
  /** Throws where the work was not done. */
  readonly check?: () => void | Promise<void>
}

/** A case that says by itself what it measured, in the unit of its question. */
export interface Reading {
  readonly value: number
}

/** Makes a case, or reads a value; called once, in a process of its own. */
export type MakeCase = () => Case | Reading | Promise<Case | Reading>

/** The cases of one question, by name. */
export interface Question {
  readonly cases: { readonly [name: string]: MakeCase }
}

/** What one process found: the unit is nanoseconds an operation, or the question's own. */
export interface Measured {
  readonly value: number
}
