/**
 * Interrupts a program at one position, counted in operations of all its fibers. Tests use every position in turn.
 */
import type * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Runtime from "effect/Runtime"
import type * as Scheduler from "effect/Scheduler"

/**
 * Runs fibers in one queue and counts the operations of all of them. The fiber that starts operation `at` must yield, as after a long
 * run, and the root fiber is interrupted before it continues.
 */
class Interrupter implements Scheduler.Scheduler {
  operations = 0
  root: Fiber.RuntimeFiber<unknown, unknown> | undefined
  private tasks: Array<Scheduler.Task> = []

  constructor(readonly at: number) {}

  shouldYield(running: Fiber.RuntimeFiber<unknown, unknown>): number | false {
    this.operations++
    if (this.operations !== this.at) {
      return false
    }
    this.tasks.push(() => (this.root ?? running).unsafeInterruptAsFork(FiberId.none))
    return 0
  }

  scheduleTask(task: Scheduler.Task): void {
    this.tasks.push(task)
  }

  runAll(): void {
    for (let task = this.tasks.shift(); task !== undefined; task = this.tasks.shift()) {
      task()
    }
  }
}

/** Runs the program once and interrupts it at one position, unless it ends before that. */
export const interruptAt = (runtime: Runtime.Runtime<never>, program: Effect.Effect<unknown, unknown>, at: number) => {
  const scheduler = new Interrupter(at)
  const root = Runtime.runFork(runtime)(program, { scheduler })
  scheduler.root = root
  scheduler.runAll()
  return { operations: scheduler.operations, isDone: root.unsafePoll() !== null }
}
