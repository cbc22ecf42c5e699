/**
 * Runs steps in the background, synchronously, or first in the background and then synchronously.
 *
 * The last mode is needed when a process ends: callbacks no longer run, so the result of the pending call is looked up, and the remaining
 * steps run synchronously.
 */
import type { DiskCall, Steps } from "./disk.js"

/** Runs all steps synchronously, which every call must support. Throws the error of a call. */
export const runNow = <A>(steps: Steps<A>): A => {
  let step = steps.next()
  while (step.done !== true) {
    let value: unknown
    try {
      value = callNow(step.value)
    } catch (error) {
      step = steps.throw(error)
      continue
    }
    step = steps.next(value)
  }
  return step.value
}

const callNow = (call: DiskCall<unknown>): unknown => {
  if (call.now === undefined) {
    throw new Error("This file system cannot write synchronously")
  }
  return call.now()
}

type Answer = { readonly value: unknown } | { readonly error: unknown }

/** Runs steps in the background. */
export class Run<A> {
  private call: DiskCall<unknown> | undefined = undefined
  private answer: Answer | undefined = undefined
  private isMoving = false
  /** Whether the pending call is slow although the event loop is running. */
  private isSlow = false
  /** While this returns false, calls are synchronous. */
  private enough: () => boolean = always
  private abandoned = false

  /** `ended` is called once, with an error or with the value. */
  constructor(private readonly steps: Steps<A>, private readonly ended: (error: unknown, value?: A) => void) {}

  start(): void {
    this.advance({ value: undefined })
  }

  /**
   * Continues synchronously until `enough` returns true or the steps end, then in the background again.
   *
   * Waits for the pending call for up to `timeout` milliseconds. If it has no result by then, it is made again if this is the last attempt;
   * otherwise nothing happens and this returns `false`.
   */
  continueNow(enough: () => boolean, timeout: number, isLast: boolean): boolean {
    const call = this.call
    if (call === undefined || call.now === undefined || this.isMoving || (this.isSlow && !isLast)) {
      return false
    }
    const answer = outcomeOf(call, timeout, isLast)
    if (answer === undefined) {
      // The same call is not waited for twice.
      this.isSlow = true
      return false
    }
    this.enough = enough
    this.advance(answer)
    return true
  }

  /** Stops the run: the pending call is undone when it calls back, and no further step runs. */
  abandon(): void {
    this.abandoned = true
  }

  // A loop, not recursion: a file system that calls back synchronously would overflow the stack.
  private advance(first: Answer): void {
    this.answer = first
    this.isMoving = true
    while (this.answer !== undefined) {
      const answer: Answer = this.answer
      this.answer = undefined
      this.call = undefined
      try {
        const step = "error" in answer ? this.steps.throw(answer.error) : this.steps.next(answer.value)
        if (step.done === true) {
          this.isMoving = false
          return this.ended(undefined, step.value)
        }
        this.makeCall(step.value)
      } catch (error) {
        this.isMoving = false
        return this.ended(error ?? "unknown")
      }
    }
    this.isMoving = false
  }

  private makeCall(call: DiskCall<unknown>): void {
    if (call.now !== undefined && !this.enough()) {
      this.answer = attempt(call.now)
      return
    }
    this.call = call
    this.isSlow = false
    const watch = setTimeout(() => {
      this.isSlow = this.call === call
    }, slowAfter)
    unref(watch)
    const answered = (error: unknown, value?: unknown) => {
      clearTimeout(watch)
      this.answered(call, error, value)
    }
    try {
      call.start(answered)
    } catch (error) {
      answered(error ?? "unknown")
    }
  }

  private answered(call: DiskCall<unknown>, error: unknown, value: unknown): void {
    const failed = error !== null && error !== undefined
    if (this.abandoned || this.call !== call) {
      // The steps have continued without it.
      return failed ? undefined : call.discard?.(value)
    }
    const answer: Answer = failed ? { error } : { value }
    if (this.isMoving) {
      this.answer = answer
    } else {
      this.advance(answer)
    }
  }
}

/** When a call counts as slow, in milliseconds. Timers fire only while the event loop runs, so a busy program does not make a call look slow. */
const slowAfter = 50

// A Node timer keeps the process alive; elsewhere timers are numbers.
const unref = (timer: unknown): void => {
  if (typeof timer === "object" && timer !== null && "unref" in timer && typeof timer.unref === "function") {
    timer.unref()
  }
}

const always = (): boolean => true

const attempt = (action: () => unknown): Answer => {
  try {
    return { value: action() }
  } catch (error) {
    return { error }
  }
}

const outcomeOf = (call: DiskCall<unknown>, timeout: number, isLast: boolean): Answer | undefined => {
  if (call.outcome === undefined) {
    return attempt(call.now!)
  }
  const outcome = attempt(() => call.outcome!(timeout, isLast))
  const isKnown = "value" in outcome && outcome.value !== undefined
  return isKnown ? outcome.value as Answer : isLast ? attempt(call.now!) : undefined
}
