/**
 * What a benchmark measures: one case per process, one batch of operations at a time.
 */

/** One thing to measure. All setup is done before it is returned. */
export interface Case {
  /** Runs `ops` operations. The result is consumed, so that nothing is optimised away. */
  readonly batch: () => unknown
  /** Operations per batch, ≥ 1. */
  readonly ops: number
  /** Throws if the work was not done. */
  readonly check?: () => void | Promise<void>
}

/** A value that the case measured itself, in the unit of its question. */
export interface Reading {
  readonly value: number
}

/** Sets up a case, or measures a value. Called once, in a separate process. */
export type MakeCase = () => Case | Reading | Promise<Case | Reading>

/** The cases of one question, by name. */
export interface Question {
  readonly cases: { readonly [name: string]: MakeCase }
}

/** The result of one process, in nanoseconds per operation or in the unit of the question. */
export interface Measured {
  readonly value: number
}
