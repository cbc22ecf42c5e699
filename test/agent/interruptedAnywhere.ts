/**
 * Interrupts a program at each of its instructions in turn.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Scheduler from "effect/Scheduler"
import { flaws, recorded } from "./recorded.js"

/** Counts the instructions of all fibers that it schedules, and interrupts one fiber after a given number. */
class InterruptingScheduler extends Scheduler.MixedScheduler {
  count = 0
  target: Fiber.RuntimeFiber<unknown, unknown> | undefined = undefined

  constructor(private readonly after: number) {
    super(2048)
  }

  // The fiber's run loop asks this before every instruction.
  override shouldYield(fiber: Fiber.RuntimeFiber<unknown, unknown>): number | false {
    this.count++
    if (this.count === this.after) {
      this.target?.unsafeInterruptAsFork(FiberId.none)
    }
    return super.shouldYield(fiber)
  }
}

const flawsAfter = <A, E>(instructions: number, program: Effect.Effect<A, E>) =>
  Effect.gen(function*() {
    const scheduler = new InterruptingScheduler(instructions)
    const run = yield* recorded(Effect.gen(function*() {
      const fiber = yield* Effect.fork(Effect.withScheduler(program, scheduler))
      scheduler.target = fiber
      return yield* Effect.flatten(Fiber.await(fiber))
    }))
    return { over: scheduler.count < instructions, found: flaws(run) }
  })

/**
 * Runs the program repeatedly, interrupted after more and more instructions, until it ends before it is interrupted. Returns what was wrong with
 * the records, and the number of instructions.
 */
export const interruptedAnywhere = <A, E>(program: Effect.Effect<A, E>, stride = 1) =>
  Effect.gen(function*() {
    const found: Array<string> = []
    for (let instructions = 1;; instructions += stride) {
      const run = yield* flawsAfter(instructions, program)
      found.push(...run.found.map((flaw) => `after ${instructions} instructions: ${flaw}`))
      if (run.over) {
        return { found, instructions }
      }
    }
  })
