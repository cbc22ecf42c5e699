/**
 * Memoized functions that call each other, however deep.
 *
 * A call that is too deep for the call stack unwinds it: all calls on the stack are kept in a list, and run again from the deepest to the outermost, each on an
 * empty stack. Those that have returned by then are known, so each is repeated once at most for every call that it was too deep for.
 */

/** How many calls may be on the stack; each takes about ten frames. */
const mostNested = 200

/** Thrown to unwind the stack. */
const tooDeep = Symbol("tooDeep")

/** Functions that share one stack. They must have no effects but on what they memoize. */
export class DeepCalls {
  /** Calls that have not returned, outermost first. */
  private readonly running: Array<() => void> = []
  /** How many of them are not on the stack. */
  private waiting = 0

  /** A function that is called once for each pair of arguments. */
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
