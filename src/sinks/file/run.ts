/**
 * Runs steps: in the background, at once, or begun in the background and finished at once.
 *
 * The last is what the end of a process needs: no callback comes any more, so the call that is under way is asked what became of it,
 * and the rest is done synchronously.
 */
import type { DiskCall, Steps } from "./disk.js"

/** Runs all steps now. Throws what a call throws; every call has to be possible at once. */
export const runNow = <A>(steps: Steps<A>): A => {
  let step = steps.next()
  while (step.done !== true) {
    let value: unknown
    try {
      value = atOnce(step.value)
    } catch (error) {
      step = steps.throw(error)
      continue
    }
    step = steps.next(value)
  }
  return step.value
}

const atOnce = (call: DiskCall<unknown>): unknown => {
  if (call.now === undefined) {
    throw new Error("This file system cannot write synchronously")
  }
  return call.now()
}

type Answer = { readonly value: unknown } | { readonly error: unknown }

/** Steps that are being run in the background. */
export class Run<A> {
  private call: DiskCall<unknown> | undefined = undefined
  private answer: Answer | undefined = undefined
  private isMoving = false
  /** The call has not answered although the event loop has turned for a while. */
  private isSlow = false
  /** While this says no, calls are made at once. */
  private enough: () => boolean = always
  private abandoned = false

  /** `ended` is told once: of an error, or of the value. */
  constructor(private readonly steps: Steps<A>, private readonly ended: (error: unknown, value?: A) => void) {}

  /** Begins. */
  start(): void {
    this.move({ value: undefined })
  }

  /**
   * Goes on at once until `enough` says so or the steps end, and then in the background again.
   *
   * `patience`: milliseconds to wait for the call that is under way. `false` where that has got nowhere by then; nothing is done in that case
   * unless `insist` says that it is then made a second time.
   */
  hurry(enough: () => boolean, patience: number, insist: boolean): boolean {
    const call = this.call
    if (call === undefined || call.now === undefined || this.isMoving || (this.isSlow && !insist)) {
      return false
    }
    const answer = outcomeOf(call, patience, insist)
    if (answer === undefined) {
      // Nobody waits for the same call twice.
      this.isSlow = true
      return false
    }
    this.enough = enough
    this.move(answer)
    return true
  }

  /** Lets the steps be: the call that is under way is undone when it answers, nothing follows. */
  abandon(): void {
    this.abandoned = true
  }

  // A loop, not a recursion: a file system that answers at once would use up the stack.
  private move(first: Answer): void {
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
        this.make(step.value)
      } catch (error) {
        this.isMoving = false
        return this.ended(error ?? "unknown")
      }
    }
    this.isMoving = false
  }

  private make(call: DiskCall<unknown>): void {
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
      // Somebody went on without waiting for it.
      return failed ? undefined : call.discard?.(value)
    }
    const answer: Answer = failed ? { error } : { value }
    if (this.isMoving) {
      this.answer = answer
    } else {
      this.move(answer)
    }
  }
}

/** Milliseconds. Timers fire only while the event loop turns, so a call is not slow because the program is busy. */
const slowAfter = 50

// Node's timers hold the process, those of others are numbers.
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

const outcomeOf = (call: DiskCall<unknown>, patience: number, insist: boolean): Answer | undefined => {
  if (call.outcome === undefined) {
    return attempt(call.now!)
  }
  const outcome = attempt(() => call.outcome!(patience, insist))
  const isKnown = "value" in outcome && outcome.value !== undefined
  return isKnown ? outcome.value as Answer : insist ? attempt(call.now!) : undefined
}
