/**
 * Failures that point at the line of the test. Without this a runner shows a line of ours, or of the fiber that ran the effect.
 *
 * Only V8 can leave frames out; elsewhere a stack begins a few lines deeper.
 */

type AnyFunction = (...args: never) => unknown

/** The error with a stack that begins where this function was called. */
export const calledFrom = <E extends Error>(error: E, by: AnyFunction): E => {
  Error.captureStackTrace?.(error, by)
  return error
}

/** Where this function was called, to be remembered by an effect that it makes. */
export const callOf = (by: AnyFunction): CallSite => {
  const { stack = "" } = calledFrom(new Error(), by)
  return { frames: stack.slice(stack.indexOf("\n") + 1) }
}

/** The frames of a stack, below the message. */
export interface CallSite {
  readonly frames: string
}

/** The error, as if it was made there. */
export const at = <E extends Error>({ frames }: CallSite, error: E): E => {
  error.stack = `${error.name}: ${error.message}\n${frames}`
  return error
}
