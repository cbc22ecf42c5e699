/**
 * The fiber that writes in the background: at once when there is something, again after a while where the disk refused it, until the
 * layer closes.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { capped } from "../../telemetry/lifecycle/capped.js"
import type { Writer } from "./writer.js"

/** Milliseconds until a write that failed is tried again: the first time, and at most. */
const firstDelay = 50
const longestDelay = 5000

/** How long a release waits, after its cap, for a disk that does answer to take away a line that was begun. */
const trimCap: Duration.DurationInput = "250 millis"

/** Lets the writer write while the scope is open, and for `closeTimeout` after that. */
export const startWorker = (
  writer: Writer,
  closeTimeout: Duration.DurationInput
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.uninterruptible(Effect.gen(function*() {
    const work = yield* Effect.makeLatch(false)
    const hurry = yield* Effect.makeLatch(false)
    writer.wake = () => void work.unsafeOpen()
    writer.nudge = () => {
      work.unsafeOpen()
      hurry.unsafeOpen()
    }
    const worker = yield* Effect.forkDaemon(working(writer, work, hurry))
    yield* Effect.addFinalizer(() => closing(writer, worker, closeTimeout))
  }))

const working = (writer: Writer, work: Effect.Latch, hurry: Effect.Latch): Effect.Effect<void> =>
  Effect.gen(function*() {
    let delay = firstDelay
    while (!writer.isClosed) {
      yield* work.await
      // Whoever is in a hurry from here on wants another attempt, should this one fail.
      hurry.unsafeClose()
      const before = writer.stats.written
      const error = yield* written(writer)
      writer.trouble.sayThatItIsOver()
      if (error !== undefined && !writer.isClosed) {
        writer.fail(error)
        delay = writer.stats.written > before ? firstDelay : delay
        yield* Effect.timeoutOption(hurry.await, delay)
        delay = Math.min(delay * 2, longestDelay)
      } else if (!writer.hasWork) {
        // In one go: what was queued between the look and the closing would not wake the worker.
        work.unsafeClose()
        delay = firstDelay
        writer.rest()
      }
    }
    yield* Effect.async<void>((resume) => writer.leave(() => resume(Effect.void)))
  }).pipe(
    Effect.withTracerEnabled(false),
    // Nobody interrupts it: calls that are under way go on in any case, and the file must not be closed beneath them. But its own waiting
    // ends by interruption, which it would not where it was forked.
    Effect.interruptible
  )

const written = (writer: Writer): Effect.Effect<unknown> =>
  Effect.async<unknown>((resume) => writer.write((error) => resume(Effect.succeed(error))))

const closing = (
  writer: Writer,
  worker: Fiber.Fiber<void>,
  closeTimeout: Duration.DurationInput
): Effect.Effect<void> =>
  Effect.gen(function*() {
    writer.isClosing = true
    writer.nudge()
    const ended = yield* capped(Fiber.await(worker), closeTimeout)
    if (ended._tag === "None") {
      writer.close()
      writer.nudge()
      if (!writer.isWriting) {
        yield* capped(Fiber.await(worker), trimCap)
      }
    }
  })
