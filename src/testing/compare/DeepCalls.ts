/**
 * Memoizes functions that call each other, to any depth.
 *
 * A call that is too deep unwinds the call stack: all calls on the stack are kept in a list and run again, from the deepest to the outermost, each on
 * an empty stack. By then the results of inner calls are memoized, so a call is repeated at most once for every call that was too deep.
 */

/** How many calls may be nested on the stack; each takes about ten frames. */
const mostNested = 200

/** Thrown to unwind the stack. */
const tooDeep = Symbol("tooDeep")

/** Functions that share one stack. They must not have side effects other than memoization. */
export class DeepCalls {
  /** Calls that have not returned, outermost first. */
  private readonly running: Array<() => void> = []
  /** How many of these are no longer on the stack. */
  private waiting = 0

  /** Wraps a function so that it is called once for each pair of arguments. */
  memoize<A extends object, B extends object, C>(make: (a: A, b: B) => C): (a: A, b: B) => C {
    const known = new Map<A, Map<B, C>>()
    return (a, b) => {
      const ofA = known.get(a) ?? new Map<B, C>()
      known.set(a, ofA)
      if (!ofA.has(b)) {
        this.call(() => ofA.set(b, make(a, b)))
      }
      return ofA.get(b)!
    }
  }

  private call(call: () => void): void {
    const depth = this.running.push(call)
    if (depth === 1) {
      this.runAll()
    } else if (depth - this.waiting > mostNested) {
      throw tooDeep
    } else {
      call()
      this.running.pop()
    }
  }

  private runAll(): void {
    for (let call = this.running.at(-1); call !== undefined; call = this.running.at(-1)) {
      this.waiting = this.running.length - 1
      try {
        call()
        this.running.pop()
      } catch (error) {
        if (error !== tooDeep) {
          this.running.length = 0
          throw error
        }
      }
    }
  }
}
