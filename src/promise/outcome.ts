/**
 * Watches a function and reports how it ended, without changing its result or exception.
 */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"

/** Called once, when the body has ended. It may throw if the body succeeded; the caller then gets that exception. */
type OnEnd = (exit: Exit.Exit<unknown, unknown>) => void

/** A span around running code. */
export interface RunningSpan {
  /** Runs a function inside the span. */
  readonly inside: <A>(execute: () => A) => A
  readonly end: OnEnd
}

/** Whether an error says that work was cancelled. Platforms name it `AbortError` (DOM standard, section 3.3). A revoked proxy cannot be asked. */
const isCancellation = (error: unknown): boolean => {
  try {
    return Cause.isInterruptedException(error) ||
      typeof error === "object" && error !== null && "name" in error && error.name === "AbortError"
  } catch {
    return false
  }
}

/** The exit of a body that threw. */
export const exitOfError = (error: unknown): Exit.Exit<never, unknown> =>
  isCancellation(error) ? Exit.interrupt(FiberId.none) : Exit.fail(error)

/** The exit of a body that was abandoned before it ended. */
export const abandoned: Exit.Exit<never> = Exit.interrupt(FiberId.none)

const isThenable = (value: unknown): value is PromiseLike<unknown> => {
  try {
    return (typeof value === "object" || typeof value === "function") && value !== null && "then" in value &&
      typeof value.then === "function"
  } catch {
    return false
  }
}

const isPromise = (value: unknown): value is Promise<unknown> => {
  try {
    return value instanceof Promise
  } catch {
    return false
  }
}

/** Ends the span of a body that threw. Exceptions of sinks are reported, not raised, in this case. */
const failed = (error: unknown, onEnd: OnEnd): never => {
  onEnd(exitOfError(error))
  throw error
}

const succeeded = <A>(value: A, onEnd: OnEnd): A => {
  onEnd(Exit.void)
  return value
}

/** Whether a derived promise can replace this one unnoticed: it is not of a subclass and has no members of its own. */
const isPlain = (promise: Promise<unknown>): boolean =>
  Object.getPrototypeOf(promise) === Promise.prototype && Object.getOwnPropertyNames(promise).length === 0

/** A lazy thenable, such as a query, starts when `then` is called. It is called here, once, inside the span. */
const started = (result: unknown): unknown =>
  isThenable(result) && !isPromise(result)
    ? new Promise((resolve, reject) => result.then(resolve, reject))
    : result

/**
 * Watches a promise. A plain promise is replaced by a derived one, so that an unhandled rejection is still reported. A promise with members of its
 * own (OpenAI's `APIPromise`) is returned as is.
 */
const watched = (promise: Promise<unknown>, onEnd: OnEnd): Promise<unknown> => {
  if (isPlain(promise)) {
    return promise.then((value) => succeeded(value, onEnd), (error: unknown) => failed(error, onEnd))
  }
  const quietly = (exit: Exit.Exit<unknown, unknown>): void => {
    try {
      onEnd(exit)
    } catch {
      // The caller holds the original promise, so this cannot be raised through it. It has been reported.
    }
  }
  promise.then(() => quietly(Exit.void), (error: unknown) => quietly(exitOfError(error)))
  return promise
}

/** Runs a function inside its span. The span ends when the function returns or throws, or when the promise that it returned settles. */
export const watch = <A>({ end, inside }: RunningSpan, body: () => A): A => {
  let result: unknown
  try {
    result = inside(() => started(body()))
  } catch (error) {
    return failed(error, end)
  }
  return (isPromise(result) ? watched(result, end) : succeeded(result, end)) as A
}
